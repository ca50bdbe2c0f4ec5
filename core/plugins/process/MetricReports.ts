import type { Metric } from '../../../hooks/contributions/metric.ts';
import type { Logger } from '../../../hooks/defineHook.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import type { MetricReport } from '../../../hooks/processProtocol.ts';
import { RateLimit } from './RateLimit.ts';

/** Reports that may wait for the declarations, which come with the reply to a setup. */
const mostWaiting = 1000;
/** Wrong reports per second that are logged. */
const mostLines = 10;
/** Characters of a text that is logged. */
const longest = 300;

export interface ReportedMetric {
  readonly metric: Metric;
  readonly isGauge: boolean;
}

/** What the process of a plugin reports about its metrics, by their names. A wrong report is dropped and logged. */
export class MetricReports {
  readonly #log: Logger;
  readonly #logged = new RateLimit(mostLines);
  #metrics: ReadonlyMap<string, ReportedMetric> | undefined;
  #waiting: MetricReport[] = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Whether the process may report something without being called. */
  get isUsed(): boolean {
    return (this.#metrics?.size ?? 0) > 0;
  }

  /** From now on these take the reports. */
  open(metrics: ReadonlyMap<string, ReportedMetric>): void {
    this.#metrics = metrics;
    for (const report of this.#waiting) this.take(report);
    this.#waiting = [];
  }

  take(report: MetricReport): void {
    if (this.#metrics) this.#applyOrLog(report, this.#metrics.get(report.name));
    else if (this.#waiting.length < mostWaiting) this.#waiting.push(report);
  }

  /** Gauges show a process that is gone; counters continue with its successor. */
  processEnded(): void {
    for (const { metric, isGauge } of this.#metrics?.values() ?? []) if (isGauge) metric.clear();
  }

  #applyOrLog(report: MetricReport, reported: ReportedMetric | undefined): void {
    try {
      if (!reported) throw contract(`the plugin declares no metric ${report.name}`);
      apply(report, reported.metric);
    } catch (error) {
      if (this.#logged.take(1))
        this.#log.warn('a report of a metric is dropped', { error: messageOf(error).slice(0, longest) });
    }
  }
}

function apply({ add, set, clear, labels }: MetricReport, metric: Metric): void {
  if ([add, set, clear].filter((change) => change !== undefined).length !== 1)
    throw contract('expected one of `add`, `set` and `clear` in the report of a metric');
  if (add !== undefined) metric.add(add, labels);
  else if (set !== undefined) metric.set(set, labels);
  else metric.clear(labels);
}

function contract(message: string): PouchError {
  return new PouchError('PCH_PLUGIN_CONTRACT', message);
}
