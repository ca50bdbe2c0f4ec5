import type { Metric, MetricLabels } from '../../../hooks/contributions/metric.ts';
import type { MetricReport } from '../../../hooks/processProtocol.ts';
import type { Series } from '../../metrics/Series.ts';

/** Changes of metrics that pouchd is sent together: those of one turn of the event loop are one report per value. */
export class MetricBuffer {
  readonly #send: (report: MetricReport) => void;
  readonly #changes = new Map<string, MetricReport>();

  constructor(send: (report: MetricReport) => void) {
    this.#send = send;
  }

  /**
   * A metric whose changes are reported.
   * @param series - checks them, and drops what has too many labels
   */
  reported(name: string, series: Series): Metric {
    return {
      add: (amount = 1, labels = {}) => {
        if (series.add(amount, labels)) this.#add(name, amount, textsOf(labels));
      },
      set: (value, labels = {}) => {
        if (series.set(value, labels))
          this.#keep({ type: 'metric', name, set: value, labels: textsOf(labels) });
      },
      clear: (labels) => {
        series.clear(labels);
        this.flush();
        this.#send({ type: 'metric', name, clear: true, ...(labels && { labels: textsOf(labels) }) });
      },
    };
  }

  /** Sends what has changed. */
  flush(): void {
    const reports = [...this.#changes.values()];
    this.#changes.clear();
    for (const report of reports) this.#send(report);
  }

  #add(name: string, amount: number, labels: Record<string, string>): void {
    const { add, set } = this.#changes.get(keyOf(name, labels)) ?? {};
    const change = set === undefined ? { add: (add ?? 0) + amount } : { set: set + amount };
    this.#keep({ type: 'metric', name, ...change, labels });
  }

  #keep(report: MetricReport): void {
    if (this.#changes.size === 0) setImmediate(() => this.flush());
    this.#changes.set(keyOf(report.name, report.labels ?? {}), report);
  }
}

function keyOf(name: string, labels: MetricLabels): string {
  return JSON.stringify([name, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** A plugin in JavaScript may give numbers. */
function textsOf(labels: MetricLabels): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
}
