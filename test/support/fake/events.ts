import type { EngineEvent, Events } from '../../../hooks/index.ts';
import { Channel } from './Channel.ts';

export function fakeEvents(): Events {
  const past: EngineEvent[] = [];
  const subscribers = new Set<Channel<EngineEvent>>();
  return {
    emit(event) {
      const full = { ...event, timeNano: BigInt(Date.now()) * 1_000_000n + BigInt(past.length) };
      past.push(full);
      for (const subscriber of subscribers) subscriber.push(full);
    },
    async *subscribe({ since, until, signal }) {
      const channel = new Channel<EngineEvent>();
      subscribers.add(channel);
      signal.addEventListener('abort', () => channel.close(), { once: true });
      if (since !== undefined)
        for (const event of past) if (Number(event.timeNano) / 1e9 >= since) channel.push(event);
      const left = until === undefined ? undefined : Math.max(0, until * 1000 - Date.now());
      const timer = left === undefined ? undefined : setTimeout(() => channel.close(), left);
      try {
        yield* channel;
      } finally {
        clearTimeout(timer);
        subscribers.delete(channel);
      }
    },
  };
}
