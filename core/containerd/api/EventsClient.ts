import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { PouchError } from '../../../hooks/errors.ts';
import { linkedAbort } from '../../wait/linkedAbort.ts';
import { onAbort } from '../../wait/onAbort.ts';
import { EventStream } from './EventStream.ts';
import { EventsService, PublishRequest, SubscribeRequest, type Envelope } from '../gen/services/events.ts';
import type { CallOptions, Rpc } from '../rpc/Rpc.ts';

/** Prefix of the topics of echoes: events that a subscription sends to itself to learn that it is live. */
const echoTopics = '/pouch/subscribed/';

/** How long a subscription may take to become live, and the pause between echoes, in milliseconds. */
const liveDeadlineMs = 10_000;
const echoEveryMs = 20;

/** containerd's events. */
export class EventsClient {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /**
   * Subscribes to the events that match any of the filters, e.g. `namespace==pouch,topic~="^/tasks/"`; without
   * filters to all events of all namespaces. Resolves when the subscription is live: no later event is missed. The
   * stream rejects with PCH_CONTAINERD_UNAVAILABLE when containerd ends.
   */
  async subscribe(filters: readonly string[] = [], options: CallOptions = {}): Promise<EventStream> {
    const echo = echoTopics + randomBytes(8).toString('hex');
    const wanted = filters.length === 0 ? [] : [...filters, `topic=="${echo}"`];
    const stop = new AbortController();
    const { controller: ended, unlink } = linkedAbort(options.signal);
    onAbort(stop.signal, () => {
      unlink();
      ended.abort();
    });
    const streamed = { ...options, signal: ended.signal };
    const envelopes = this.#envelopes(wanted, streamed);
    try {
      const early = await this.#untilEcho(envelopes, echo, streamed);
      return new EventStream(withoutEchoes(envelopes), early, stop);
    } catch (error) {
      stop.abort();
      throw error;
    }
  }

  #envelopes(filters: string[], options: CallOptions): AsyncGenerator<Envelope> {
    return this.#rpc.serverStream(EventsService.subscribe, SubscribeRequest.create({ filters }), options);
  }

  /**
   * containerd does not report when a subscription has begun: its response begins with the first event. So this sends
   * an event of its own until that event arrives. Returns the events that arrived before it.
   */
  async #untilEcho(
    envelopes: AsyncGenerator<Envelope>,
    echo: string,
    options: CallOptions,
  ): Promise<Envelope[]> {
    const early: Envelope[] = [];
    const heard = new AbortController();
    const sending = this.#sendEchoes(echo, heard.signal, options);
    try {
      for (;;) {
        const { value, done } = await Promise.race([envelopes.next(), sending]);
        if (done) throw neverLive();
        if (value.topic === echo) return early;
        if (!isEcho(value)) early.push(value);
      }
    } finally {
      heard.abort();
    }
  }

  /** Never fulfills. Rejects when publishing fails, when the deadline passes, or after the echo has arrived. */
  async #sendEchoes(echo: string, heard: AbortSignal, options: CallOptions): Promise<never> {
    const giveUpAt = performance.now() + liveDeadlineMs;
    // A type that every subscriber knows, so that none of them logs an error.
    const request = PublishRequest.create({ topic: echo, event: { typeUrl: 'google.protobuf.Empty' } });
    while (performance.now() < giveUpAt && !heard.aborted) {
      await this.#rpc.unary(EventsService.publish, request, { ...options, deadlineMs: liveDeadlineMs });
      await delay(echoEveryMs, undefined, { signal: heard });
    }
    throw neverLive();
  }
}

async function* withoutEchoes(envelopes: AsyncGenerator<Envelope>): AsyncGenerator<Envelope> {
  for await (const envelope of envelopes) if (!isEcho(envelope)) yield envelope;
}

/** A subscription without filters receives the echoes of other subscriptions too. */
function isEcho(envelope: Envelope): boolean {
  return envelope.topic.startsWith(echoTopics);
}

function neverLive(): PouchError {
  return new PouchError(
    'PCH_DEADLINE',
    `containerd sent no event within ${liveDeadlineMs} ms of a subscription`,
    {
      hint: 'see the log of containerd',
    },
  );
}
