import { randomBytes } from 'node:crypto';
import { EventsService, PublishRequest, SubscribeRequest, type Envelope } from './gen/services/events.ts';
import { type ContainerdEvent, decodeEvent } from './event.ts';
import { PouchError } from '../../hooks/errors.ts';
import type { CallOptions, Rpc } from './rpc.ts';

/** Topics below it are those of the events by which subscriptions learn that they are live. */
const echoTopics = '/pouch/subscribed/';

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
    const echo = echoTopics + randomBytes(8).toString('hex');
    const request = SubscribeRequest.create({
      filters: filters.length === 0 ? [] : [...filters, `topic=="${echo}"`],
    });
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
    echo: string,
    options: CallOptions,
  ): Promise<Envelope[]> {
    const early: Envelope[] = [];
    const giveUp = new AbortController();
    const sending = this.#sendEchoes(echo, giveUp.signal, options);
    try {
      for (;;) {
        const next = await Promise.race([stream.next(), sending]);
        if (next.done) throw neverLive();
        if (next.value.topic === echo) return early;
        if (!isEcho(next.value)) early.push(next.value);
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
  async #sendEchoes(echo: string, stop: AbortSignal, options: CallOptions): Promise<never> {
    const giveUpAt = performance.now() + liveDeadlineMs;
    // A type that every subscriber knows, so that none of them logs an error.
    const request = PublishRequest.create({ topic: echo, event: { typeUrl: 'google.protobuf.Empty' } });
    while (performance.now() < giveUpAt && !stop.aborted) {
      await this.#rpc.unary(EventsService.publish, request, { ...options, deadlineMs: liveDeadlineMs });
      await new Promise((resolve) => setTimeout(resolve, echoEveryMs));
    }
    throw neverLive();
  }
}

/** Echoes of other subscriptions come too when there is no filter. */
function isEcho(envelope: Envelope): boolean {
  return envelope.topic.startsWith(echoTopics);
}

async function* decoded(
  stream: AsyncGenerator<Envelope>,
  early: Envelope[],
): AsyncGenerator<ContainerdEvent, void, undefined> {
  try {
    for (const envelope of early) yield decodeEvent(envelope);
    for await (const envelope of stream) if (!isEcho(envelope)) yield decodeEvent(envelope);
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
