import type { Envelope } from '../gen/services/events.ts';
import { type ContainerdEvent, decodeEvent } from './event.ts';

/** The events of a live subscription. Callers read it to its end or call `return`, as `for await` does. */
export class EventStream implements AsyncIterableIterator<ContainerdEvent> {
  readonly #envelopes: AsyncIterator<Envelope>;
  readonly #early: Envelope[];
  readonly #stop: AbortController;

  /** `early` has the events received while subscribing; `stop` ends the call that sends `envelopes`. */
  constructor(envelopes: AsyncIterator<Envelope>, early: Envelope[], stop: AbortController) {
    this.#envelopes = envelopes;
    this.#early = early;
    this.#stop = stop;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<ContainerdEvent, undefined>> {
    const early = this.#early.shift();
    if (early) return { value: decodeEvent(early), done: false };
    try {
      const { value, done } = await this.#envelopes.next();
      return done ? { value: undefined, done } : { value: decodeEvent(value), done: false };
    } catch (error) {
      if (this.#stop.signal.aborted) return { value: undefined, done: true };
      throw error;
    }
  }

  /** Ends the subscription, even while a `next` is waiting. */
  return(): Promise<IteratorResult<ContainerdEvent, undefined>> {
    this.#stop.abort();
    return Promise.resolve({ value: undefined, done: true });
  }
}
