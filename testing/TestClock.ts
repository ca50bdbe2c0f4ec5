import type { Clock } from '../hooks/services.ts';

/** A clock that moves only when a test says so. It begins at 2000-01-01T00:00:00Z. */
export class TestClock implements Clock {
  #elapsedMs = 0;

  now(): Date {
    return new Date(Date.UTC(2000, 0, 1) + this.#elapsedMs);
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  /** @param ms milliseconds, not negative */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`expected milliseconds, 0 or more, found ${ms}`);
    this.#elapsedMs += ms;
  }
}
