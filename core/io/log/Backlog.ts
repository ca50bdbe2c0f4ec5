/** Bytes of one log's lines that may wait for space, and of all logs together. */
export const backlogLimits = { perLog: 1024 * 1024, total: 16 * 1024 * 1024 };

/** What the backlogs of all logs may still take. */
export class BacklogBudget {
  #bytes = backlogLimits.total;

  /** Returns false, and takes nothing, if there is not so much left. */
  take(bytes: number): boolean {
    if (bytes > this.#bytes) return false;
    this.#bytes -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#bytes += bytes;
  }
}

/** Lines of one log that could not be written, oldest first, and how many came after them and are lost. */
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

  /** Lines that found no room. */
  get lost(): number {
    return this.#lost;
  }

  /** Once a line is lost, all later ones are: the log has one gap, at its end. */
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

  /** The first `count` lines are written. */
  written(count: number): void {
    const bytes = this.#lines.splice(0, count).reduce((sum, line) => sum + Buffer.byteLength(line), 0);
    this.#bytes -= bytes;
    this.#budget.give(bytes);
  }

  /** Forgets everything: it is written, or nobody can read it any more. */
  clear(): void {
    this.written(this.#lines.length);
    this.#lost = 0;
  }
}
