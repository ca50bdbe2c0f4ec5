import PQueue from 'p-queue';

/** The number of concurrent tasks, and of tasks that start before they are requested. */
const lanes = 2;
const window = 4;

/** Tasks whose outcomes are requested in order, while the next ones are already running. */
export class Ahead<T> {
  readonly #queue = new PQueue({ concurrency: lanes });
  readonly #running = new Map<number, Promise<T>>();

  readonly #tasks: (() => Promise<T>)[];

  constructor(tasks: (() => Promise<T>)[]) {
    this.#tasks = tasks;
  }

  outcome(index: number): Promise<T> {
    for (let next = index; next < Math.min(index + window, this.#tasks.length); next++) this.#begin(next);
    return this.#running.get(index)!;
  }

  /** Resolves when no task runs. */
  async end(): Promise<void> {
    await this.#queue.onIdle();
  }

  #begin(index: number): void {
    if (this.#running.has(index)) return;
    const outcome = this.#queue.add(this.#tasks[index]!) as Promise<T>;
    // The error is thrown on request; until then it must not count as an unhandled rejection.
    outcome.catch(() => {});
    this.#running.set(index, outcome);
  }
}
