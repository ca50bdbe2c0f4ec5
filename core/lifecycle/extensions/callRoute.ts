import type { RouteReply, Route } from '../../../hooks/contributions/route.ts';
import type { RouteCall } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { routeDeadlineMs } from '../../contract/driverDeadlines.ts';
import { callWithin, checkInput, type Generation } from '../../plugins/index.ts';
import { problemOfHead } from './checkRouteHead.ts';
import { routeStream } from './routeStream.ts';
import { withWriters } from './withOutput.ts';

/** Bytes. */
const largestReply = 8 * 1024 * 1024;
const replyFields = 'status, headers, and json or text with its type';

type Reply = RouteReply & { status: number };

export async function callRoute(generation: Generation, plugin: string, call: RouteCall): Promise<Reply> {
  const { route, params } = findRoute(generation, plugin, call);
  const { method, path, query, signal } = call;
  const what = `${method} /plugins/${plugin}${path}`;
  const body = checkBody(route, plugin, call.body);
  const ms = routeDeadlineMs(route);
  const contract = (problem: string) =>
    new PouchError('PCH_PLUGIN_CONTRACT', `the reply of ${what} ${problem}`, { plugin });
  return await callWithin({ plugin, what, ms, signal }, (within) =>
    withWriters(within, async (guarded, own) => {
      const { stream, reply: streamed } = routeStream(call.stream, guarded, contract);
      const reply = await route.handle({ params, query, body, signal: own, stream });
      const begun = streamed();
      if (begun && reply) throw contract('is streamed, and was returned as well');
      return begun ?? checkReply(reply ?? { status: 204 }, contract);
    }),
  );
}

function findRoute(
  { contributions }: Generation,
  plugin: string,
  { method, path }: RouteCall,
): { route: Route; params: Record<string, string> } {
  const routes = contributions.find((one) => one.plugin === plugin)?.contributed.of('route') ?? [];
  // A fixed segment is preferred to a parameter.
  const sorted = routes.toSorted((a, b) => parameters(a.path) - parameters(b.path));
  for (const route of sorted) {
    const params = route.method === method ? match(route.path, path) : undefined;
    if (params) return { route, params };
  }
  const known = routes.map((route) => `${route.method} /plugins/${plugin}${route.path}`).join(', ');
  throw new PouchError('PCH_PATH_NOT_FOUND', `page not found: ${method} /plugins/${plugin}${path}`, {
    hint: known === '' ? `no active plugin ${plugin} has routes; pouch plugin ls` : `it has ${known}`,
  });
}

function parameters(path: string): number {
  return path.split('/').filter((segment) => segment.startsWith(':')).length;
}

function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const found = given[index]!;
    if (segment.startsWith(':') && found !== '') params[segment.slice(1)] = decoded(found);
    else if (segment !== found) return undefined;
  }
  return params;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new PouchError('PCH_BAD_REQUEST', `the path has an invalid escape: ${segment}`, { cause });
  }
}

function checkBody({ body: schema }: Route, plugin: string, body: unknown): unknown {
  if (schema) return checkInput(schema, body, { plugin, code: 'PCH_BAD_REQUEST', what: 'body' });
  if (body === undefined) return undefined;
  throw new PouchError('PCH_BAD_REQUEST', 'expected no body, found one', { plugin });
}

function checkReply(reply: RouteReply, contract: (problem: string) => PouchError): Reply {
  if (typeof reply !== 'object' || Array.isArray(reply))
    throw contract(`must be an object, found ${Array.isArray(reply) ? 'a list' : typeof reply}`);
  const { status = 200, json, text, type, headers, ...others } = reply;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw contract(
      `has the unknown field ${JSON.stringify(unknown.slice(0, 100))}; it may have ${replyFields}`,
    );
  const problem = problemOfHead({ status, ...(type !== undefined && { type }), ...(headers && { headers }) });
  if (problem !== undefined) throw contract(problem);
  if (text !== undefined && typeof text !== 'string') throw contract(`has a text that is ${typeof text}`);
  const content = text ?? (json === undefined ? '' : JSON.stringify(json));
  if (Buffer.byteLength(content) > largestReply)
    throw contract(`is larger than ${largestReply / 1024 / 1024} MiB`);
  return { ...reply, status };
}
