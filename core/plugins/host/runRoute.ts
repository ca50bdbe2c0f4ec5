import type { Route, RouteHead, RouteReply, RouteWriter } from '../../../hooks/contributions/route.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { RouteRequest } from '../../../hooks/processProtocol.ts';
import { untilAborted } from '../../wait/untilAborted.ts';
import type { Connection } from './Connection.ts';
import { VerbOutput } from './VerbOutput.ts';

/** Handles a request to a route in this process. Resolves once pouchd has what it has streamed. */
export async function runRoute(
  route: Route,
  { id, params, query, body }: RouteRequest,
  signal: AbortSignal,
  connection: Connection,
): Promise<RouteReply | undefined> {
  let begun: Promise<unknown> = Promise.resolve();
  const write = async (chunk: string | Uint8Array) => {
    await begun;
    await connection.call('write', [chunk], id);
  };
  const texts = new VerbOutput((_stream, text) => write(text));
  const stream = (head: RouteHead = {}): RouteWriter => {
    // After a head that was refused another one is not sent: the reply is the error.
    begun = begun.then(() => connection.call('stream', [head], id));
    begun.catch(() => undefined);
    return (chunk) => (chunk instanceof Uint8Array ? writeBytes(chunk) : texts.write('out', textOf(chunk)));
  };
  const writeBytes = async (bytes: Uint8Array) => {
    await texts.taken();
    for (let at = 0; at < bytes.length; at += longestPiece)
      await write(bytes.subarray(at, at + longestPiece));
  };
  const handle = async () => await route.handle({ params, query, body, signal, stream });
  // One that ignores its signal does not hold up the process, which counts as hung without a reply.
  const reply = await untilAborted(handle(), signal);
  await begun;
  await texts.taken();
  return reply ?? undefined;
}

/** One in plain JavaScript may be given anything. */
function textOf(chunk: unknown): string {
  if (typeof chunk === 'string') return chunk;
  throw new PouchError(
    'PCH_PLUGIN_CONTRACT',
    `expected a text or bytes for the stream, found ${typeof chunk}`,
  );
}

/** Bytes of one message. */
const longestPiece = 256 * 1024;
