/** When the daemon was, or may have been, down on purpose. Times are those of performance.now(). */
export class Downtimes {
  readonly #past: { from: number; to: number }[] = [];
  #since: number | undefined;
  /** Downtimes may lie within each other. */
  #depth = 0;

  /** The daemon may go down from now on. */
  begin(now = performance.now()): void {
    this.#depth += 1;
    this.#since ??= now;
  }

  /** It serves again. */
  end(now = performance.now()): void {
    this.#depth -= 1;
    if (this.#since === undefined || this.#depth > 0) return;
    this.#past.push({ from: this.#since, to: now });
    this.#since = undefined;
  }

  get isDown(): boolean {
    return this.#since !== undefined;
  }

  /** Whether it may have been down at any moment between the two. */
  overlap(from: number, to: number): boolean {
    if (this.#since !== undefined && this.#since <= to) return true;
    return this.#past.some((one) => one.from <= to && from <= one.to);
  }
}
