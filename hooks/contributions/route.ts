import type { Static, TSchema } from '@sinclair/typebox';

/**
 * A path of the HTTP API below `/plugins/NAME`, NAME being the plugin's. Its clients are those of the API:
 * `currentCaller()` has the one that calls.
 *
 * It works in a plugin with a process of its own too.
 */
export interface Route<Body extends TSchema = TSchema> {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/users/:name`: a segment that begins with `:` is a parameter. */
  path: string;
  /** Schema of the JSON body, which has at most 1 MiB. Without it, a request with a body is an error. */
  body?: Body;
  /** Milliseconds; 30 s if missing. */
  deadlineMs?: number;
  /** Returns the response; nothing for status 204. */
  handle(request: RouteRequest<Static<Body>>): Promise<RouteReply | void> | RouteReply | void;
}

/** A request of a client to a route of a plugin. */
export interface RouteRequest<Body = unknown> {
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  body: Body;
  /** Aborts at the deadline, or when the client leaves. */
  signal: AbortSignal;
  /**
   * Sends status and headers, and returns what writes the body; `handle` then returns nothing. What it writes is sent
   * no faster than the client reads, at most 1 GiB. An error after it cuts the response off.
   */
  stream(head?: RouteHead): RouteWriter;
}

/** The start of a response. */
export interface RouteHead {
  /** 200 if missing. */
  status?: number;
  /**
   * At most 64, of 16 KiB together, by names that are unique whatever their case. Not those of one connection, such as
   * `Connection`, nor Content-Length, and Content-Type only as `type`.
   */
  headers?: Readonly<Record<string, string>>;
  /** Media type; `text/plain; charset=utf-8` if missing. */
  type?: string;
}

/** Resolves when more may be written: await it. @throws once the client has left, or at the deadline */
export type RouteWriter = (chunk: string | Uint8Array) => Promise<void>;

/** At most 8 MiB; of a plugin with a process of its own, at most 8 MiB as JSON. */
export interface RouteReply extends RouteHead {
  json?: unknown;
  /** In place of `json`, with the media type `type`. */
  text?: string;
}
