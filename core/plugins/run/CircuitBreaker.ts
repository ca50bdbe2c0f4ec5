/** How patient a breaker is. */
export interface BreakerSettings {
  /** Failures in a row after which it opens. */
  readonly failures: number;
  /** Milliseconds that it stays open before the tap is tried once more. */
  readonly openMs: number;
}

export const defaultBreaker: BreakerSettings = { failures: 5, openMs: 30_000 };

/** Whether a tap is called at all. */
export interface Breaker {
  /** Milliseconds until the next try; 0: the tap may be called. After the time one caller gets through, not all. */
  wait(): number;
  /** Returns whether this success has closed it. */
  succeeded(): boolean;
  /** Returns whether this failure has opened it. */
  failed(message: string): boolean;
  /** Message of the last failure. */
  readonly lastFailure: string;
}

/** For taps that may not be left out. */
export const alwaysClosed: Breaker = {
  wait: () => 0,
  succeeded: () => false,
  failed: () => false,
  lastFailure: '',
};

/**
 * Spares every operation the wait for a tap that keeps failing. Only for taps that may be left out (skip, degrade).
 * Time is monotonic, in milliseconds.
 */
export class CircuitBreaker implements Breaker {
  readonly #settings: BreakerSettings;
  readonly #now: () => number;
  lastFailure = '';
  #failures = 0;
  #openUntil: number | undefined;

  constructor(settings: BreakerSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
  }

  get isOpen(): boolean {
    return this.#openUntil !== undefined;
  }

  wait(): number {
    if (this.#openUntil === undefined) return 0;
    const left = this.#openUntil - this.#now();
    if (left > 0) return left;
    this.#openUntil = this.#now() + this.#settings.openMs;
    return 0;
  }

  succeeded(): boolean {
    const wasOpen = this.#openUntil !== undefined;
    this.#failures = 0;
    this.#openUntil = undefined;
    return wasOpen;
  }

  failed(message: string): boolean {
    this.lastFailure = message;
    this.#failures += 1;
    if (this.#failures < this.#settings.failures) return false;
    const wasOpen = this.#openUntil !== undefined;
    this.#openUntil = this.#now() + this.#settings.openMs;
    return !wasOpen;
  }
}
