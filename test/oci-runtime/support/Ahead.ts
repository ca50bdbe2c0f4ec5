import PQueue from 'p-queue';

/** How many tasks run side by side, and how many are begun before they are asked for. */
const lanes = 2;
const window = 4;

/** Tasks whose outcomes are asked for one after another, and of which the next are already running then. */
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

  /** Nothing runs any more. */
  async end(): Promise<void> {
    await this.#queue.onIdle();
  }

  #begin(index: number): void {
    if (this.#running.has(index)) return;
    const outcome = this.#queue.add(this.#tasks[index]!) as Promise<T>;
    // Whoever asks for it gets the error; until then it is none that nobody handles.
    outcome.catch(() => {});
    this.#running.set(index, outcome);
  }
}
