import { untilAborted } from '../../wait/untilAborted.ts';

export interface Participation<P> {
  onProgress?: ((progress: P) => void) | undefined;
  /** Ends this caller's wait. The work is aborted when its last caller has left. */
  signal?: AbortSignal | undefined;
}

export type Work<P, T> = (report: (progress: P) => void, signal: AbortSignal) => Promise<T>;

interface Job<P, T> {
  result: Promise<T>;
  listeners: Set<(progress: P) => void>;
  latest: P | undefined;
  callers: number;
  abort: AbortController;
  settled: boolean;
}

/** Runs work that several callers request at the same time once. All of them receive its progress and outcome. */
export class SharedWork<P, T> {
  readonly #jobs = new Map<string, Job<P, T>>();

  /** Joins the running work of that key, or begins it. */
  async run(key: string, work: Work<P, T>, { onProgress, signal }: Participation<P> = {}): Promise<T> {
    signal?.throwIfAborted();
    const job = this.#jobs.get(key) ?? this.#begin(key, work);
    job.callers += 1;
    if (onProgress) {
      job.listeners.add(onProgress);
      if (job.latest !== undefined) onProgress(job.latest);
    }
    try {
      return await untilAborted(job.result, signal);
    } finally {
      if (onProgress) job.listeners.delete(onProgress);
      job.callers -= 1;
      if (job.callers === 0 && !job.settled) this.#abandon(key, job);
    }
  }

  #begin(key: string, work: Work<P, T>): Job<P, T> {
    const abort = new AbortController();
    const report = (progress: P) => {
      job.latest = progress;
      for (const listener of job.listeners) listener(progress);
    };
    const result = Promise.resolve()
      .then(() => work(report, abort.signal))
      .finally(() => {
        job.settled = true;
        this.#forget(key, job);
      });
    // Avoids an unhandled rejection if every caller has left.
    result.catch(() => undefined);
    const job: Job<P, T> = {
      result,
      listeners: new Set(),
      latest: undefined,
      callers: 0,
      abort,
      settled: false,
    };
    this.#jobs.set(key, job);
    return job;
  }

  /** Later callers must not join work that is being cancelled. */
  #abandon(key: string, job: Job<P, T>): void {
    this.#forget(key, job);
    job.abort.abort();
  }

  #forget(key: string, job: Job<P, T>): void {
    if (this.#jobs.get(key) === job) this.#jobs.delete(key);
  }
}
