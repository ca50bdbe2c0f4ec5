/** What plugins contribute for users: verbs, routes, doctor checks, metrics. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { DoctorReportWire, VerbMessage, VerbRequest, VerbWire } from '../../../client/wire.ts';
import { PouchError, type RouteHead, type RouteWriter, toPouchError } from '../../../hooks/index.ts';
import { readJson } from '../http/body.ts';
import { parameter, type Call, type Route } from '../http/call.ts';
import { errorBody } from '../http/errorReply.ts';
import { sendJson } from '../http/reply.ts';
import { validate } from '../http/validate.ts';
import { record, typed } from '../schemas/json.ts';

export const extensionRoutes: Route[] = [
  { method: 'GET', path: '/pouch/verbs', handler: verbs },
  { method: 'POST', path: '/pouch/verbs/:name', handler: runVerb },
  { method: 'GET', path: '/pouch/doctor', handler: doctor },
  { method: 'GET', path: '/pouch/metrics', handler: metrics },
  ...(['GET', 'POST', 'PUT', 'DELETE'] as const).map((method): Route => {
    return { method, path: '/plugins/:plugin/*', handler: pluginRoute };
  }),
];

/** Bytes that may wait for a client when a verb does not await its output. */
const mostWaiting = 8 * 1024 * 1024;

function verbs(call: Call): void {
  const all = call.engine.extensions.verbs() as unknown as VerbWire[];
  sendJson(call, all);
}

const verbSchema = typed<Partial<VerbRequest>>(record({ args: record({}), options: record({}) }));

/** Before the first output an error is an ordinary response with its status; after it, it is the last line. */
async function runVerb(call: Call): Promise<void> {
  const { args, options } = validate(verbSchema, (await readJson(call)) ?? {});
  const { response, signal } = call;
  const context = {
    out: (text: string) => sendOutput(call, { out: String(text) }),
    err: (text: string) => sendOutput(call, { err: String(text) }),
    signal,
  };
  try {
    const exit = await call.engine.extensions.runVerb(
      parameter(call, 'name'),
      { args: args ?? {}, options: options ?? {} },
      context,
    );
    await sendLine(call, { exit });
  } catch (thrown) {
    if (!response.headersSent) throw thrown;
    const error = toPouchError(thrown);
    await sendLine(call, { failed: { ...errorBody(error, call.client, ''), status: error.status } });
  }
  response.end();
}

async function sendOutput(call: Call, message: VerbMessage): Promise<void> {
  if (call.response.writableLength > mostWaiting) throw tooFast('verb', 'each out() and err()');
  await sendLine(call, message);
}

async function sendLine({ response, signal }: Call, message: VerbMessage): Promise<void> {
  if (signal.aborted || response.destroyed) return;
  if (!response.headersSent) response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
  if (!response.write(`${JSON.stringify(message)}\n`)) await drained(response, signal);
}

/** Of each response that is full. */
const draining = new WeakMap<ServerResponse, Promise<unknown>>();

/** All writes share one listener: Node reports more than ten as a leak. */
async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  const drain =
    draining.get(response) ??
    once(response, 'drain', { signal })
      .catch(() => undefined)
      .finally(() => draining.delete(response));
  draining.set(response, drain);
  await drain;
}

async function doctor(call: Call): Promise<void> {
  const reports: DoctorReportWire[] = await call.engine.extensions.doctor(call.signal);
  sendJson(call, reports);
}

async function metrics(call: Call): Promise<void> {
  sendText(call, 200, await call.engine.extensions.metrics(), 'text/plain; version=0.0.4; charset=utf-8');
}

async function pluginRoute(call: Call): Promise<void> {
  const plugin = parameter(call, 'plugin');
  const url = new URL(call.request.url ?? '/', 'http://pouch');
  const path = url.pathname.slice(url.pathname.indexOf('/plugins/') + '/plugins/'.length + plugin.length);
  const reply = await call.engine.extensions.callRoute(plugin, {
    method: call.request.method === 'HEAD' ? 'GET' : (call.request.method ?? ''),
    path,
    query: Object.fromEntries(url.searchParams),
    body: await readJson(call),
    signal: call.signal,
    stream: (head) => beginStream(call, head),
  });
  if (call.response.headersSent) return void call.response.end();
  setHeaders(call, reply);
  if (reply.text !== undefined)
    sendText(call, reply.status, reply.text, reply.type ?? 'text/plain; charset=utf-8');
  else if (reply.json !== undefined) sendJson(call, reply.json, reply.status);
  else call.response.writeHead(reply.status).end();
}

/** Errors that follow cut the connection, so that clients do not take a part for the whole. */
function beginStream(call: Call, head: RouteHead & { status: number }): RouteWriter {
  const { response, signal } = call;
  setHeaders(call, head);
  response.writeHead(head.status, { 'Content-Type': head.type ?? 'text/plain; charset=utf-8' });
  response.flushHeaders();
  return async (chunk) => {
    if (response.writableLength > mostWaiting) throw tooFast('route', 'the promise of each write');
    if (signal.aborted || response.destroyed) return;
    if (!response.write(chunk)) await drained(response, signal);
  };
}

function setHeaders({ response }: Call, { headers = {} }: RouteHead): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

function tooFast(what: string, awaited: string): PouchError {
  return new PouchError('PCH_PLUGIN_CONTRACT', `the ${what} writes faster than its client reads`, {
    hint: `wait for ${awaited} in the plugin`,
  });
}

function sendText({ response }: Call, status: number, text: string, type: string): void {
  const bytes = Buffer.from(text);
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': bytes.length });
  response.end(bytes);
}
