/** Bytes of lines that may wait for disk space: per log, and of all logs together. */
export const backlogLimits = { perLog: 1024 * 1024, total: 16 * 1024 * 1024 };

/** The bytes that the backlogs of all logs may still use. */
export class BacklogBudget {
  #bytes = backlogLimits.total;

  /** Returns false, and takes nothing, if fewer bytes are available. */
  take(bytes: number): boolean {
    if (bytes > this.#bytes) return false;
    this.#bytes -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#bytes += bytes;
  }
}

/** The lines of one log that could not be written, oldest first, and the number of lost lines after them. */
export class Backlog {
  readonly #budget: BacklogBudget;
  #lines: string[] = [];
  #bytes = 0;
  #lost = 0;

  constructor(budget: BacklogBudget) {
    this.#budget = budget;
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0 && this.#lost === 0;
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Number of lines that did not fit. */
  get lost(): number {
    return this.#lost;
  }

  /** Once a line is lost, all later ones are: the log has only one gap. */
  push(lines: readonly string[]): void {
    for (const line of lines) {
      const bytes = Buffer.byteLength(line);
      const fits =
        this.#lost === 0 && this.#bytes + bytes <= backlogLimits.perLog && this.#budget.take(bytes);
      if (!fits) this.#lost += 1;
      else {
        this.#lines.push(line);
        this.#bytes += bytes;
      }
    }
  }

  /** Removes the first `count` lines, which are written. */
  written(count: number): void {
    const bytes = this.#lines.splice(0, count).reduce((sum, line) => sum + Buffer.byteLength(line), 0);
    this.#bytes -= bytes;
    this.#budget.give(bytes);
  }

  /** Removes all lines: they are written, or the log was removed. */
  clear(): void {
    this.written(this.#lines.length);
    this.#lost = 0;
  }
}
