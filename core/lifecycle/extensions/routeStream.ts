import type { RouteHead, RouteReply, RouteRequest, RouteWriter } from '../../../hooks/contributions/route.ts';
import type { RouteCall } from '../../../hooks/engine.ts';
import { problemOfHead } from './checkRouteHead.ts';

/** Bytes: of a body that is streamed to a client, and of one that is a part of the reply. */
const [mostStreamed, mostCollected] = [2 ** 30, 8 * 1024 * 1024];

/** The streamed response of one request. */
export interface RouteStream {
  /** For the route. */
  readonly stream: RouteRequest['stream'];
  /** What was streamed, if anything was. */
  reply(): (RouteReply & { status: number }) | undefined;
}

/**
 * Passes a streamed response on to the surface, or collects it for a caller that takes none.
 * @param guarded makes the failure of a write that of the route
 * @param contract the error of a route that breaks the rules
 */
export function routeStream(
  sink: RouteCall['stream'],
  guarded: (write: RouteWriter) => RouteWriter,
  contract: (problem: string) => Error,
): RouteStream {
  let begun: { head: RouteHead & { status: number }; chunks: Buffer[] } | undefined;
  const stream = (given: RouteHead = {}): RouteWriter => {
    const { status = 200, headers, type, ...others } = given;
    const [unknown] = Object.keys(others);
    const problem =
      (begun && 'streams twice') ??
      (unknown === undefined ? undefined : `streams with the unknown field ${JSON.stringify(unknown)}`) ??
      problemOfHead(given);
    if (problem !== undefined) throw contract(problem);
    const head = { status, ...(headers && { headers }), ...(type !== undefined && { type }) };
    const chunks: Buffer[] = [];
    begun = { head, chunks };
    const write = sink?.(head) ?? (async (chunk) => void chunks.push(Buffer.from(chunk as Uint8Array)));
    let left = sink ? mostStreamed : mostCollected;
    return guarded(async (chunk) => {
      if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array))
        throw contract(`writes what is ${chunk === null ? 'null' : typeof chunk}, expected a text or bytes`);
      left -= Buffer.byteLength(chunk);
      if (left < 0) throw contract(`is larger than ${(sink ? mostStreamed : mostCollected) / 2 ** 20} MiB`);
      await write(chunk);
    });
  };
  return {
    stream,
    reply: () =>
      begun && { ...begun.head, ...(sink ? {} : { text: Buffer.concat(begun.chunks).toString() }) },
  };
}
