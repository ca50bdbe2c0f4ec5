/** Docker's paths that Pouch does not support: each responds with PCH_NOT_SUPPORTED instead of "page not found". */
import { PouchError } from '../../../hooks/index.ts';
import type { Handler, Route } from '../http/call.ts';

/** Returns a handler that throws PCH_NOT_SUPPORTED. */
export function notOffered(what: string, hint?: string): Handler {
  return () => {
    throw new PouchError('PCH_NOT_SUPPORTED', `${what} is not supported by Pouch`, { hint });
  };
}

const table: [Route['method'], string, string, string?][] = [
  ['POST', '/build', 'building an image', 'build it with another tool and load it with docker load'],
  ['POST', '/build/cancel', 'building an image'],
  ['POST', '/session', 'a build session', 'build with another tool and load the image with docker load'],
  ['POST', '/grpc', 'a build session', 'build with another tool and load the image with docker load'],
  ['GET', '/containers/:id/attach/ws', 'attaching by WebSocket', 'use POST /containers/{id}/attach'],
  ['GET', '/plugins', 'listing Docker’s plugins', 'use pouch plugin ls'],
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
