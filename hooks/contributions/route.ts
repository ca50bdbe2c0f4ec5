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
}

/** At most 8 MiB; of a plugin with a process of its own, at most 8 MiB as JSON. */
export interface RouteReply {
  /** 200 if missing. */
  status?: number;
  json?: unknown;
  /** In place of `json`. */
  text?: string;
  /** Media type of `text`; `text/plain; charset=utf-8` if missing. */
  type?: string;
}
