import { currentCaller } from '../../../hooks/caller.ts';
import type { EngineEvent, Events, NewEvent } from '../../../hooks/engine.ts';
import { linkedAbort } from '../../wait/linkedAbort.ts';

/** Past events that are kept for `--since`. */
const kept = 512;
/** Events that a slow subscriber may be behind before it is dropped. */
const backlogLimit = 4096;

/** Events of this host, for every subscriber. */
export class EventBus implements Events {
  readonly #past: EngineEvent[] = [];
  readonly #subscribers = new Set<(event: EngineEvent) => void>();
  readonly #mask: (text: string) => string;
  #last = 0n;

  /** @param mask - takes secrets out of a text */
  constructor(mask: (text: string) => string = (text) => text) {
    this.#mask = mask;
  }

  emit(event: NewEvent): void {
    // All subscribers share it.
    const entries = Object.entries(event.attributes).map(([name, value]) => [name, this.#mask(value)]);
    const attributes = Object.freeze(Object.fromEntries(entries) as Record<string, string>);
    const action = this.#mask(event.action);
    const caller = currentCaller();
    const stamped = Object.freeze({
      ...event,
      action,
      attributes,
      timeNano: this.#now(),
      ...(caller.transport !== 'pouchd' && { by: caller }),
    });
    this.#past.push(stamped);
    if (this.#past.length > kept) this.#past.shift();
    for (const receive of this.#subscribers) receive(stamped);
  }

  async *subscribe(options: {
    since?: number;
    until?: number;
    signal: AbortSignal;
  }): AsyncIterable<EngineEvent> {
    const queue: EngineEvent[] = options.since === undefined ? [] : this.#since(options.since);
    const { controller, unlink } = linkedAbort(options.signal);
    const end = controller.signal;
    const timer = abortAt(controller, options.until);
    let wake = () => {};
    const receive = (event: EngineEvent) => {
      if (queue.length < backlogLimit) queue.push(event);
      wake();
    };
    this.#subscribers.add(receive);
    const onEnd = () => wake();
    end.addEventListener('abort', onEnd);
    try {
      for (;;) {
        yield* queue.splice(0);
        if (end.aborted) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (queue.length > 0 || end.aborted) resolve();
        });
      }
    } finally {
      this.#subscribers.delete(receive);
      end.removeEventListener('abort', onEnd);
      clearTimeout(timer);
      unlink();
    }
  }

  #since(seconds: number): EngineEvent[] {
    const from = BigInt(Math.trunc(seconds * 1e9));
    return this.#past.filter(({ timeNano }) => timeNano >= from);
  }

  /** Strictly rising, so that events have an order. */
  #now(): bigint {
    const now = BigInt(Date.now()) * 1_000_000n;
    this.#last = now > this.#last ? now : this.#last + 1n;
    return this.#last;
  }
}

/** Longest delay of a timer (setTimeout): some 24 days. */
const longestTimerMs = 2 ** 31 - 1;

/** Aborts at a time in Unix seconds, if there is one. */
function abortAt(controller: AbortController, until: number | undefined): NodeJS.Timeout | undefined {
  if (until === undefined) return undefined;
  const left = until * 1000 - Date.now();
  if (left <= 0) controller.abort();
  return setTimeout(() => controller.abort(), Math.min(Math.max(left, 0), longestTimerMs)).unref();
}
