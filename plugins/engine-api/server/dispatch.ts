/** Dispatches a request (guard, version, route, handler) and turns every failure into an error response. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import { asCaller, type Caller, toPouchError, type PouchError } from '../../../hooks/index.ts';
import { newestVersion, splitVersion } from '../apiVersion.ts';
import type { ApiContext, Call } from '../http/call.ts';
import { isJson, readAll } from '../http/body.ts';
import { clientOf } from '../http/clientKind.ts';
import { errorBody, sendError } from '../http/errorReply.ts';
import { Query } from '../http/Query.ts';
import { callerOf } from './callerOf.ts';
import { refuseBrowsers } from './guard.ts';
import type { AskedRequest, Authorization } from './authorize/Authorization.ts';
import { holdResponse } from './authorize/holdResponse.ts';
import { maxJsonBody } from './limits.ts';
import { readRest } from './readRest.ts';
import type { FindRoute } from './routeTable.ts';

/** Shared by all requests. */
export interface ServerContext extends ApiContext {
  authorization: Authorization;
}

/** One request, as the HTTP server passes it. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  body: Readable;
  upgrade?: Duplex;
  /** Aborts when the connection closes before the response is complete, or the surface stops. */
  signal: AbortSignal;
  /** The address that it came to. */
  url: string;
  /** Aborts when the client closes the connection. */
  left: AbortSignal;
  /** Whether the client presented a certificate or the token. */
  isAuthenticated: boolean;
}

/** Never rejects: a failing route does not affect the server or other requests. */
export async function dispatch(context: ServerContext, find: FindRoute, exchange: Exchange): Promise<void> {
  setCommonHeaders(context, exchange.response);
  const subject = { name: '' };
  try {
    refuseBrowsers(exchange.request, exchange.isAuthenticated);
    const call = makeCall(context, find, exchange);
    subject.name = call.call.params['id'] ?? call.call.params['name'] ?? '';
    const caller = callerOf(exchange.request.socket, exchange.url, context.engine);
    await context.engine.system.forCaller(exchange.left, async () =>
      asCaller(
        () => caller,
        async () => call.handler(await authorized(context, exchange, { call: call.call, caller })),
      ),
    );
  } catch (error) {
    respondWithError(context, exchange, error, subject.name);
  }
}

/** Returns the call as it may run. @throws PCH_AUTHORIZATION_DENIED, PCH_AUTHORIZATION_FAILED */
async function authorized(
  { authorization, ...context }: ServerContext,
  exchange: Exchange,
  { call, caller }: { call: Call; caller: Caller },
): Promise<Call> {
  if (!authorization.isOn) return call;
  const { method = 'GET', url: uri = '/', headers } = exchange.request;
  // A handler reads no other body as JSON: a plugin sees all that the call may say.
  const body = isJson(headers['content-type']) ? await readAll(exchange.body, maxJsonBody) : undefined;
  const asked: AskedRequest = { caller, method, uri, headers, body };
  await authorization.checkRequest(asked);
  const mayBegin = holdResponse(exchange.response, {
    allow: (response) => authorization.checkResponse(asked, response),
    deny: (error) => respondWithError(context, exchange, error, ''),
  });
  return { ...call, mayBegin, ...(body && { body: Readable.from([body]) }) };
}

function makeCall(
  context: ApiContext,
  find: FindRoute,
  exchange: Exchange,
): { handler: (call: Call) => Promise<void> | void; call: Call } {
  const { path: fullPath, query } = splitUrl(exchange.request.url ?? '/');
  const { minor, path } = splitVersion(fullPath);
  const { handler, params } = find(exchange.request.method ?? 'GET', path);
  const client = clientOf(exchange.request);
  return {
    handler,
    call: { ...context, ...exchange, params, query: new Query(query), apiMinor: minor, client },
  };
}

function splitUrl(url: string): { path: string; query: string } {
  const mark = url.indexOf('?');
  return mark < 0 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}

/** Docker sends these with every response; clients negotiate the API version from them. */
function setCommonHeaders(context: ApiContext, response: ServerResponse): void {
  response.setHeader('Api-Version', newestVersion);
  response.setHeader('Docker-Experimental', 'true');
  response.setHeader('Ostype', 'linux');
  response.setHeader('Server', `Pouch/${context.host.version} (linux)`);
}

function respondWithError(context: ApiContext, exchange: Exchange, thrown: unknown, subject: string): void {
  const { request, response, signal } = exchange;
  const error = toPouchError(thrown);
  if (signal.aborted) return void response.destroy();
  if (error.status >= 500 && error.code !== 'PCH_NOT_SUPPORTED') logFault(context, request, error);
  // The status is sent: only a broken connection can still report the failure.
  if (response.headersSent || response.destroyed) return void (exchange.upgrade ?? response).destroy();
  const body = errorBody(error, clientOf(request), subject);
  if (request.complete || exchange.upgrade) return sendError(response, error.status, body);
  response.setHeader('Connection', 'close');
  sendError(response, error.status, body, () => readRest(request));
}

function logFault(context: ApiContext, request: IncomingMessage, error: PouchError): void {
  const path = splitUrl(request.url ?? '').path;
  context.log.error(`${request.method ?? ''} ${path}: ${error.message}`, {
    code: error.code,
    plugin: error.plugin,
    hook: error.hook,
    container: error.container,
    stack: error.cause instanceof Error ? error.cause.stack : error.stack,
  });
}
