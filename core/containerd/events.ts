import { randomBytes } from 'node:crypto';
import { EventsService, PublishRequest, SubscribeRequest, type Envelope } from './gen/services/events.ts';
import { type ContainerdEvent, decodeEvent } from './event.ts';
import { PouchError } from '../../hooks/errors.ts';
import type { CallOptions, Rpc } from './rpc.ts';

/** The topic of the event by which a subscription learns that it is live. */
const echoTopic = '/pouch/subscribed';

/** How long a subscription may take to become live, and the pause between echoes, in milliseconds. */
const liveDeadlineMs = 10_000;
const echoEveryMs = 20;

/** What happens in containerd, from now on. */
export class EventsClient {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /**
   * Subscribes to the events that match any of the filters (default: all of every namespace), e.g.
   * `namespace==pouch,topic~="^/tasks/"`. Resolves when it is live: what happens afterwards is not missed. The stream
   * fails with PCH_CONTAINERD_UNAVAILABLE when containerd goes away; leaving the loop ends it.
   */
  async subscribe(
    filters: readonly string[] = [],
    options: CallOptions = {},
  ): Promise<AsyncIterableIterator<ContainerdEvent>> {
    const echo = randomBytes(16);
    const request = SubscribeRequest.create({ filters: withEcho(filters) });
    const stream = this.#rpc.serverStream(EventsService.subscribe, request, options);
    const early = await this.#untilEcho(stream, echo, options);
    return decoded(stream, early);
  }

  /**
   * containerd does not say when a subscription has begun: its answer begins with the first event. So an event of our
   * own is sent until it comes back.
   */
  async #untilEcho(
    stream: AsyncGenerator<Envelope>,
    echo: Buffer,
    options: CallOptions,
  ): Promise<Envelope[]> {
    const early: Envelope[] = [];
    const giveUp = new AbortController();
    const sending = this.#sendEchoes(echo, giveUp.signal, options);
    try {
      for (;;) {
        const next = await Promise.race([stream.next(), sending]);
        if (next.done) throw neverLive();
        if (isEcho(next.value, echo)) return early;
        if (next.value.topic !== echoTopic) early.push(next.value);
      }
    } catch (error) {
      void stream.return(undefined);
      throw error;
    } finally {
      giveUp.abort();
      sending.catch(() => undefined);
    }
  }

  /** Never fulfils: it rejects when publishing fails or the deadline is over. */
  async #sendEchoes(echo: Buffer, stop: AbortSignal, options: CallOptions): Promise<never> {
    const giveUpAt = performance.now() + liveDeadlineMs;
    const request = PublishRequest.create({
      topic: echoTopic,
      event: { typeUrl: 'pouch.Subscribed', value: echo },
    });
    while (performance.now() < giveUpAt && !stop.aborted) {
      await this.#rpc.unary(EventsService.publish, request, { ...options, deadlineMs: liveDeadlineMs });
      await new Promise((resolve) => setTimeout(resolve, echoEveryMs));
    }
    throw neverLive();
  }
}

function withEcho(filters: readonly string[]): string[] {
  return filters.length === 0 ? [] : [...filters, `topic=="${echoTopic}"`];
}

function isEcho(envelope: Envelope, echo: Buffer): boolean {
  return envelope.topic === echoTopic && envelope.event?.value.equals(echo) === true;
}

async function* decoded(
  stream: AsyncGenerator<Envelope>,
  early: Envelope[],
): AsyncGenerator<ContainerdEvent, void, undefined> {
  try {
    for (const envelope of early) yield decodeEvent(envelope);
    for await (const envelope of stream) if (envelope.topic !== echoTopic) yield decodeEvent(envelope);
  } finally {
    await stream.return(undefined);
  }
}

function neverLive(): PouchError {
  return new PouchError(
    'PCH_DEADLINE',
    `containerd sent no events within ${liveDeadlineMs} ms of a subscription`,
    {
      hint: 'See the log of containerd.',
    },
  );
}
