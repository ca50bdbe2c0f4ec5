/**
 * Keeps the start of an exec and a pause of its container apart. A runtime that is frozen in the middle of the start
 * never returns, and containerd's shim then serves no call for the container any more, not even SIGKILL or a resume.
 */
export class ExecStarts {
  readonly #starts = new Map<string, Set<Promise<unknown>>>();
  readonly #pauses = new Map<string, Promise<unknown>>();

  /** Starts an exec when no pause of the container is under way. `start` checks again that the container runs. */
  async start<T>(container: string, start: () => Promise<T>): Promise<T> {
    for (let pause = this.#pauses.get(container); pause; pause = this.#pauses.get(container)) await pause;
    const starts = this.#starts.get(container) ?? new Set();
    this.#starts.set(container, starts);
    const started = start();
    starts.add(started);
    try {
      return await started;
    } finally {
      starts.delete(started);
      if (starts.size === 0) this.#starts.delete(container);
    }
  }

  /** Pauses a container when the starts that are under way have ended. The caller holds the container's lock. */
  async pause(container: string, pause: () => Promise<void>): Promise<void> {
    const paused = Promise.allSettled([...(this.#starts.get(container) ?? [])]).then(pause);
    const settled = paused.catch(() => undefined);
    this.#pauses.set(container, settled);
    try {
      await paused;
    } finally {
      this.#pauses.delete(container);
    }
  }
}
