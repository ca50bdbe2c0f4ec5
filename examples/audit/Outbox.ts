import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** Delivers lines to a destination. @throws if they did not arrive */
export type Sink = (lines: readonly string[], signal: AbortSignal) => Promise<void>;

export interface OutboxOptions {
  /** Lines that may wait. */
  limit: number;
  /** Milliseconds for one delivery. */
  deadlineMs: number;
  /** After each change of `waiting`. */
  onChange(change: { delivered?: number; dropped?: number }): void;
  /** Once for each time that the destination fails, until it works again. */
  onFailure(error: string): void;
  /** The line that reports dropped ones to the destination. */
  noteOf(count: number): string;
}

const largestBatch = 500;
const firstPauseMs = 200;
const longestPauseMs = 30_000;

/**
 * A bounded queue in front of a destination that may be slow or down. `add` never waits: with a full queue it drops
 * the line and counts it, and once the destination works again a note there has the number. A batch that failed is
 * sent again, so a line may arrive twice.
 */
export class Outbox {
  readonly #sink: Sink;
  readonly #options: OutboxOptions;
  readonly #lines: string[] = [];
  readonly #ended = new AbortController();
  #dropped = 0;
  #unreported = 0;
  #draining: Promise<void> | undefined;
  #failure: string | undefined;

  constructor(sink: Sink, options: OutboxOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  get waiting(): number {
    return this.#lines.length;
  }

  /** Since it was created. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Why the last delivery failed. */
  get failure(): string | undefined {
    return this.#failure;
  }

  add(line: string): void {
    if (this.#lines.length >= this.#options.limit) {
      this.#dropped++;
      this.#unreported++;
      this.#options.onChange({ dropped: 1 });
      return;
    }
    this.#lines.push(line);
    this.#options.onChange({});
    this.#draining ??= this.#drain().finally(() => (this.#draining = undefined));
  }

  /** Waits until the queue is empty, but not longer than this. */
  async close(ms: number): Promise<void> {
    await Promise.race([this.#draining, delay(ms, undefined, { ref: false })]);
    this.#ended.abort();
    await this.#draining;
  }

  async #drain(): Promise<void> {
    // Events of one operation arrive together.
    await delay(10, undefined, { ref: false });
    for (let failures = 0; this.#lines.length > 0 && !this.#ended.signal.aborted;) {
      if (await this.#deliver()) failures = 0;
      else await this.#pause(Math.min(longestPauseMs, firstPauseMs * 2 ** failures++));
    }
  }

  async #deliver(): Promise<boolean> {
    const batch = this.#lines.slice(0, largestBatch);
    const missing = this.#unreported;
    const lines = missing > 0 ? [...batch, this.#options.noteOf(missing)] : batch;
    // AbortSignal.any does not keep the signal of AbortSignal.timeout alive: once collected, it never aborts.
    const delivery = new AbortController();
    const { deadlineMs } = this.#options;
    const late = () => delivery.abort(new Error(`no response within ${deadlineMs} ms`));
    const timer = setTimeout(late, deadlineMs);
    const close = () => delivery.abort(this.#ended.signal.reason);
    this.#ended.signal.addEventListener('abort', close);
    try {
      await Promise.race([this.#sink(lines, delivery.signal), failsWith(delivery.signal)]);
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      if (this.#failure === undefined) this.#options.onFailure(failure);
      this.#failure = failure;
      return false;
    } finally {
      clearTimeout(timer);
      this.#ended.signal.removeEventListener('abort', close);
    }
    this.#failure = undefined;
    this.#unreported -= missing;
    this.#lines.splice(0, batch.length);
    this.#options.onChange({ delivered: batch.length });
    return true;
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { ref: false, signal: this.#ended.signal }).catch(() => undefined);
  }
}

async function failsWith(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}
