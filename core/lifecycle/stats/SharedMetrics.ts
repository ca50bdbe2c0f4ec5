import type { HostUsage, TaskUsage } from '../../../hooks/stats.ts';
import { type CallOptions, readMetric, type TaskMetric } from '../../containerd/index.ts';

/** What was read of one task, and of the host at the same time. */
export interface Reading {
  usage: TaskUsage;
  host: HostUsage;
  readAt: Date;
}

export interface MetricsSource {
  metrics(filters: readonly string[], options?: CallOptions): Promise<TaskMetric[]>;
  host(): Promise<HostUsage>;
}

/** Milliseconds in which callers are collected. */
const gatherMs = 10;
/** containerd asks one shim after another; one that hangs must not keep the others' numbers back for long. */
const togetherDeadlineMs = 5_000;

type Result = Promise<Reading | undefined>;

/**
 * Counters of tasks: callers at about the same time share one call to containerd. Only one call is under way; later
 * callers wait for the next.
 */
export class SharedMetrics {
  readonly #source: MetricsSource;
  #asked = new Map<string, { result: Result; settle(reading: Result): void }>();
  #calling: Promise<void> | undefined;

  constructor(source: MetricsSource) {
    this.#source = source;
  }

  /** Undefined if the task does not exist, or has counters of another kind. */
  read(id: string): Result {
    const known = this.#asked.get(id);
    if (known) return known.result;
    let settle!: (reading: Result) => void;
    const result = new Promise<Reading | undefined>((resolve) => (settle = resolve));
    this.#asked.set(id, { result, settle });
    this.#calling ??= this.#callUntilSettled();
    return result;
  }

  async #callUntilSettled(): Promise<void> {
    while (this.#asked.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, gatherMs));
      const asked = this.#asked;
      this.#asked = new Map();
      const readings = await this.#readAll([...asked.keys()]);
      for (const [id, { settle }] of asked) settle(readings.get(id) ?? Promise.resolve(undefined));
    }
    this.#calling = undefined;
  }

  /** Never rejects: a failure is that of its task. */
  async #readAll(ids: string[]): Promise<Map<string, Result>> {
    try {
      const read = await this.#call(ids, { deadlineMs: togetherDeadlineMs });
      return new Map([...read].map(([id, reading]) => [id, Promise.resolve(reading)]));
    } catch {
      return await this.#readEach(ids);
    }
  }

  async #readEach(ids: string[]): Promise<Map<string, Result>> {
    const results = ids.map((id): [string, Result] => [
      id,
      this.#call([id], { deadlineMs: togetherDeadlineMs }).then((read) => read.get(id)),
    ]);
    await Promise.allSettled(results.map(([, result]) => result));
    return new Map(results);
  }

  async #call(ids: string[], options: CallOptions): Promise<Map<string, Reading>> {
    const filters = ids.map((id) => `id==${id}`);
    const [host, metrics] = await Promise.all([this.#source.host(), this.#source.metrics(filters, options)]);
    return new Map(
      metrics.flatMap((metric): [string, Reading][] => {
        const usage = readMetric(metric);
        return usage ? [[metric.id, { usage, host, readAt: metric.timestamp ?? new Date() }]] : [];
      }),
    );
  }
}
