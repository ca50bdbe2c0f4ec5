import type { Clock } from '../hooks/services.ts';

/** A clock that moves only when a test says so. It begins at 2000-01-01T00:00:00Z. */
export class TestClock implements Clock {
  #elapsedMs = 0;

  /** The time of the clock: the beginning of the year 2000, and what `advance` added. */
  now(): Date {
    return new Date(Date.UTC(2000, 0, 1) + this.#elapsedMs);
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  /** Moves the clock forward by `ms` milliseconds, 0 or more. @throws RangeError */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`expected milliseconds, 0 or more, found ${ms}`);
    this.#elapsedMs += ms;
  }
}
