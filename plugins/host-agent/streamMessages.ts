import type { AgentMessage } from '../../client/wire.ts';
import { type RouteRequest, Type } from '../../hooks/index.ts';

/** An apply ends with its last container, which may wait for others to be healthy. */
export const longestApplyMs = 60 * 60_000;

/** Field of a body: for all to be up, below the deadline of the route. */
export const WaitMs = Type.Optional(Type.Integer({ minimum: 0, maximum: 30 * 60_000 }));

/** Sends the messages of an apply, one per line. A client that has left does not end what it has begun. */
export async function streamMessages(
  stream: RouteRequest['stream'],
  work: (onMessage: (message: AgentMessage) => void) => Promise<unknown>,
): Promise<void> {
  const write = stream({ type: 'application/x-ndjson' });
  let written: Promise<void> = Promise.resolve();
  try {
    await work((message) => {
      written = written.then(() => write(`${JSON.stringify(message)}\n`)).catch(() => undefined);
    });
  } finally {
    await written;
  }
}
