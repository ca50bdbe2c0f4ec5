import { linkedAbort } from '../../wait/linkedAbort.ts';

interface Copy {
  controller: AbortController;
  ended: Promise<unknown>;
}

/** The copies that run: a container that ends or is removed ends them. */
export class Copies {
  readonly #running = new Map<string, Set<Copy>>();

  /** Runs a copy of a container, whose signal aborts with `signal` and with {@link Copies.end}. */
  async run<T>(
    container: string,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { controller, unlink } = linkedAbort(signal);
    const running = this.#running.get(container) ?? new Set();
    this.#running.set(container, running);
    const result = work(controller.signal);
    const copy = { controller, ended: result.catch(() => undefined) };
    running.add(copy);
    try {
      return await result;
    } finally {
      unlink();
      running.delete(copy);
      if (running.size === 0 && this.#running.get(container) === running) this.#running.delete(container);
    }
  }

  /** Resolves when the copies of a container have ended. */
  async end(container: string, reason: Error): Promise<void> {
    const running = [...(this.#running.get(container) ?? [])];
    for (const { controller } of running) controller.abort(reason);
    await Promise.all(running.map(({ ended }) => ended));
  }
}
