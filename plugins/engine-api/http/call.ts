import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import type { Engine, HostFacts, Logger } from '../../../hooks/index.ts';
import type { Query } from './Query.ts';

/** What all calls share. */
export interface ApiContext {
  engine: Engine;
  host: HostFacts;
  log: Logger;
}

/** One request on its way through a route. */
export interface Call extends ApiContext {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  /** Minor number of the API version that the client speaks. */
  readonly apiMinor: number;
  /** pouch prints code and hint by itself; Docker's clients print only the message. */
  readonly client: 'pouch' | 'docker';
  /** The request's body; bounded by Content-Length also when the client wants to upgrade. */
  readonly body: Readable;
  /** The connection, when the client asked for an upgrade; positioned behind the body. */
  readonly upgrade?: Duplex;
  /** Aborts when the client has gone or the surface stops. */
  readonly signal: AbortSignal;
}

export type Handler = (call: Call) => Promise<void> | void;

export interface Route {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** find-my-way's form: `/containers/:id/json`. */
  path: string;
  handler: Handler;
}

/** A path parameter of the matched route. */
export function parameter(call: Call, name: string): string {
  return call.params[name] ?? '';
}
