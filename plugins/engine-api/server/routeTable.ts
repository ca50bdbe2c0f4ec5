import findMyWay from 'find-my-way';
import { PouchError } from '../../../hooks/index.ts';
import type { Handler, Route } from '../http/call.ts';
import { maxParameterLength } from './limits.ts';

export interface Match {
  handler: Handler;
  params: Record<string, string>;
}

export type FindRoute = (method: string, path: string) => Match;

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'] as const;
type Method = (typeof methods)[number];

/** Builds the finder once; the GET route also handles HEAD, unless HEAD has its own route. */
export function routeTable(routes: Route[]): FindRoute {
  const router = findMyWay({ maxParamLength: maxParameterLength });
  for (const { method, path, handler } of routes) router.on(method, path, () => undefined, handler);
  const find = (method: Method, path: string): Match | undefined => {
    const found = router.find(method, path);
    return found ? { handler: found.store as Handler, params: definedOnly(found.params) } : undefined;
  };
  return (method, path) => {
    if (!isMethod(method)) throw pathNotFound(method, path);
    const match = find(method, path) ?? (method === 'HEAD' ? find('GET', path) : undefined);
    if (!match) throw pathNotFound(method, path);
    return match;
  };
}

function isMethod(method: string): method is Method {
  return methods.some((known) => known === method);
}

function definedOnly(params: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, value ?? '']));
}

function pathNotFound(method: string, path: string): PouchError {
  return new PouchError('PCH_PATH_NOT_FOUND', `page not found: ${method} ${path.slice(0, 200)}`);
}
