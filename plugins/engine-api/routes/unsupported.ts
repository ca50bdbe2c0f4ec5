/** Docker's paths that Pouch does not support: each responds with PCH_NOT_SUPPORTED instead of "page not found". */
import { PouchError } from '../../../hooks/index.ts';
import type { Handler, Route } from '../http/call.ts';

/** Returns a handler that throws PCH_NOT_SUPPORTED. */
export function notOffered(what: string, hint?: string): Handler {
  return () => {
    throw new PouchError('PCH_NOT_SUPPORTED', `${what} is not supported by Pouch`, { hint });
  };
}

const managed = 'a managed plugin of Docker';
const useOwnPlugins = 'use pouch plugin install, or a plugin of Docker with a socket';

const table: [Route['method'], string, string, string?][] = [
  ['GET', '/plugins/privileges', managed, useOwnPlugins],
  ['POST', '/plugins/pull', managed, useOwnPlugins],
  ['POST', '/plugins/create', managed, useOwnPlugins],
  ['DELETE', '/plugins/:name', managed, useOwnPlugins],
  ['PUT', '/volumes/:name', 'changing a volume'],
];

/** Groups of paths: GET, POST and DELETE of each path and those below it. */
const families: [string, string][] = [
  ['/configs', 'Swarm'],
  ['/nodes', 'Swarm'],
  ['/secrets', 'Swarm'],
  ['/services', 'Swarm'],
  ['/swarm', 'Swarm'],
  ['/tasks', 'Swarm'],
];

export const unsupportedRoutes: Route[] = [
  ...table.map(([method, path, what, hint]): Route => ({ method, path, handler: notOffered(what, hint) })),
  ...families.flatMap(([path, what]) => familyRoutes(path, notOffered(what))),
];

function familyRoutes(path: string, handler: Handler): Route[] {
  return (['GET', 'POST', 'DELETE'] as const).flatMap((method) => [
    { method, path, handler },
    { method, path: `${path}/*`, handler },
  ]);
}
