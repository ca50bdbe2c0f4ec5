import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { RegistriesConfig } from '../../../config/types.ts';

/** The minimum rate of a registry. */
export interface MinimumRate {
  /** Bytes per second over a window; 0 for no minimum. */
  rate: number;
  /** Milliseconds. */
  window: number;
}

/** The rate that `registries.minimumRate` requires. */
export function minimumRateOf({
  minimumRate,
  minimumRateWindow,
}: Pick<RegistriesConfig, 'minimumRate' | 'minimumRateWindow'>): MinimumRate {
  return { rate: minimumRate, window: minimumRateWindow };
}

/** A registry sends less than the minimum rate. */
export class TooSlowError extends Error {
  readonly bytes: number;
  readonly minimum: MinimumRate;

  constructor(bytes: number, minimum: MinimumRate) {
    super(`${bytes} bytes were received in ${minimum.window / 1000} s`);
    this.bytes = bytes;
    this.minimum = minimum;
  }
}

/** Measurements per window. */
const looks = 10;

/**
 * Measures the rate of a response from its headers on. Time in which received bytes wait for their reader does not
 * count: a slow disk is not the registry's fault. The idle timeout handles a registry that sends nothing.
 */
export class RateGuard {
  /** Set when the headers have been received. */
  response: IncomingMessage | undefined;
  readonly #minimum: MinimumRate;
  readonly #onTooSlow: (error: TooSlowError) => void;
  #socket: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #seen = 0;
  #bytes = 0;
  #waitedMs = 0;
  /** The first window includes the bytes of the TLS handshake. */
  #isFirst = true;

  constructor(minimum: MinimumRate, onTooSlow: (error: TooSlowError) => void) {
    this.#minimum = minimum;
    this.#onTooSlow = onTooSlow;
  }

  watch(socket: Socket): void {
    if (this.#minimum.rate === 0) return;
    this.#socket = socket;
    this.#seen = socket.bytesRead;
    const everyMs = this.#minimum.window / looks;
    this.#timer = setInterval(() => this.#look(everyMs), everyMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(elapsedMs: number): void {
    const read = this.#socket?.bytesRead ?? 0;
    const bytes = read - this.#seen;
    this.#seen = read;
    const readerIsSlow =
      this.response !== undefined && (this.response.complete || this.response.readableLength > 0);
    if (readerIsSlow) return;
    this.#bytes += bytes;
    this.#waitedMs += elapsedMs;
    if (this.#waitedMs < this.#minimum.window) return;
    if (this.#isJudged() && this.#bytes < enoughBytes(this.#minimum))
      this.#onTooSlow(new TooSlowError(this.#bytes, this.#minimum));
    this.#bytes = 0;
    this.#waitedMs = 0;
    this.#isFirst = false;
  }

  #isJudged(): boolean {
    return this.response !== undefined || (!this.#isFirst && this.#bytes > 0);
  }
}

/** Returns the bytes of a window at the minimum rate. */
export function enoughBytes({ rate, window }: MinimumRate): number {
  return Math.max(1, Math.round((rate * window) / 1000));
}
