const windowMs = 60_000;
/** Addresses that are remembered. */
const mostKeys = 10_000;

/** Counts what happens per address in a minute. */
export class RateLimiter {
  readonly #most: number;
  readonly #now: () => number;
  readonly #counts = new Map<string, { count: number; since: number }>();

  constructor(most: number, now: () => number = () => performance.now()) {
    this.#most = most;
    this.#now = now;
  }

  add(key: string): void {
    const entry = this.#current(key) ?? { count: 0, since: this.#now() };
    entry.count++;
    // The order of the map is that of the last use.
    this.#counts.delete(key);
    this.#counts.set(key, entry);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > mostKeys && oldest !== undefined) this.#counts.delete(oldest);
  }

  isExceeded(key: string): boolean {
    return (this.#current(key)?.count ?? 0) >= this.#most;
  }

  #current(key: string): { count: number; since: number } | undefined {
    const entry = this.#counts.get(key);
    return entry && this.#now() - entry.since < windowMs ? entry : undefined;
  }
}
