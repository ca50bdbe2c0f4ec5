import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** What a registry must send at least. */
export interface MinimumRate {
  /** Bytes per second over a window; 0 for no minimum. */
  rate: number;
  /** Milliseconds. */
  window: number;
}

/** A registry has sent less than the minimum rate. */
export class TooSlowError extends Error {
  readonly bytes: number;
  readonly minimum: MinimumRate;

  constructor(bytes: number, minimum: MinimumRate) {
    super(`${bytes} bytes were received in ${minimum.window / 1000} s`);
    this.bytes = bytes;
    this.minimum = minimum;
  }
}

/** Looks per window. */
const looks = 10;

/**
 * Watches how fast an answer comes, from its headers on. Time in which received bytes wait for their reader does not count: a
 * slow disk is not the registry's fault. A registry that sends nothing at all is the idle timeout's concern.
 */
export class RateGuard {
  /** Set when the headers are there. */
  answer: IncomingMessage | undefined;
  readonly #minimum: MinimumRate;
  readonly #onTooSlow: (error: TooSlowError) => void;
  #socket: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #seen = 0;
  #bytes = 0;
  #waitedMs = 0;
  /** Before the headers a first window has TLS's own bytes. */
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
      this.answer !== undefined && (this.answer.complete || this.answer.readableLength > 0);
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
    return this.answer !== undefined || (!this.#isFirst && this.#bytes > 0);
  }
}

/** Bytes that a window has at the minimum rate. */
export function enoughBytes({ rate, window }: MinimumRate): number {
  return Math.max(1, Math.round((rate * window) / 1000));
}
