/** Restarts that wait for their time. */
export class RestartTimers {
  readonly #timers = new Map<string, NodeJS.Timeout>();

  schedule(id: string, delayMs: number, restart: () => void): void {
    this.cancel(id);
    this.#timers.set(
      id,
      setTimeout(() => {
        this.#timers.delete(id);
        restart();
      }, delayMs),
    );
  }

  /** Returns whether one was waiting. */
  cancel(id: string): boolean {
    clearTimeout(this.#timers.get(id));
    return this.#timers.delete(id);
  }

  cancelAll(): void {
    for (const id of [...this.#timers.keys()]) this.cancel(id);
  }
}
