import type { Series } from './Series.ts';

/** Metrics in the text format of Prometheus. The library is loaded at the first call: few hosts are scraped. */
export async function renderMetrics(all: readonly Series[]): Promise<string> {
  const { Counter, Gauge, Registry } = (await import('prom-client')).default;
  const registry = new Registry();
  for (const { declaration, samples } of all) {
    const { name, doc: help, labels: labelNames = [] } = declaration;
    const options = { name, help, labelNames, registers: [registry] };
    const metric = declaration.type === 'counter' ? new Counter(options) : new Gauge(options);
    // A metric without labels has the value 0 by itself.
    for (const { labels, value } of samples) metric.inc(labels, value);
  }
  return await registry.metrics();
}
