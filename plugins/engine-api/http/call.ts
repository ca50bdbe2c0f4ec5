import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import type { Engine, HostFacts, Logger } from '../../../hooks/index.ts';
import type { ClientKind } from './clientKind.ts';
import type { Query } from './Query.ts';

/** Shared by all calls. */
export interface ApiContext {
  engine: Engine;
  host: HostFacts;
  log: Logger;
}

/** One request, as its route handler sees it. */
export interface Call extends ApiContext {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  /** Minor number of the client's API version. */
  readonly apiMinor: number;
  readonly client: ClientKind;
  /** The request's body; ends after Content-Length bytes for upgrade requests too. */
  readonly body: Readable;
  /** The connection of an upgrade request, positioned after the body. */
  readonly upgrade?: Duplex;
  /** Aborts when the client disconnects or the surface stops. */
  readonly signal: AbortSignal;
  /**
   * With authorization plugins: called before a stream begins that is sent past the response. Rejects if they deny it.
   */
  readonly mayBegin?: (status: number, headers: OutgoingHttpHeaders) => Promise<void>;
}

export type Handler = (call: Call) => Promise<void> | void;

export interface Route {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** In find-my-way's syntax: `/containers/:id/json`. */
  path: string;
  handler: Handler;
}

/** A path parameter of the matched route. */
export function parameter(call: Call, name: string): string {
  return call.params[name] ?? '';
}
