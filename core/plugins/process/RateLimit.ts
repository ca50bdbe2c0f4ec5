/** Limits what happens within each second. */
export class RateLimit {
  readonly #most: number;
  #windowStart = 0;
  #used = 0;

  /** @param most per second */
  constructor(most: number) {
    this.#most = most;
  }

  /** Uses `amount` of this second's, and returns whether that much was left. */
  take(amount: number): boolean {
    const now = performance.now();
    if (now - this.#windowStart >= 1000) {
      this.#windowStart = now;
      this.#used = 0;
    }
    this.#used += amount;
    return this.#used <= this.#most;
  }

  /** Milliseconds until the next second begins. */
  get restMs(): number {
    return Math.max(0, this.#windowStart + 1000 - performance.now());
  }
}
