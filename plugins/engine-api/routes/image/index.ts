/** Routes of images. Image names contain slashes, so the verb after them is split off here, not by the router. */
import { PouchError } from '../../../../hooks/index.ts';
import type { Call, Handler, Route } from '../../http/call.ts';
import { namingTheImage } from '../../http/imageError.ts';
import { push, registryRoutes } from './registry.ts';
import { imageVerbs, storeRoutes } from './store.ts';
import { transferRoutes, transferVerbs } from './transfer.ts';

const verbs: Record<string, Handler> = {
  ...imageVerbs,
  ...transferVerbs,
};

export const imageRoutes: Route[] = [
  ...storeRoutes,
  ...registryRoutes,
  ...transferRoutes,
  { method: 'GET', path: '/images/*', handler: byVerb },
  { method: 'POST', path: '/images/*', handler: byVerb },
  { method: 'DELETE', path: '/images/*', handler: (call) => withName(call, rest(call), imageVerbs.DELETE) },
];

function byVerb(call: Call): Promise<void> | void {
  const path = rest(call);
  const slash = path.lastIndexOf('/');
  const method = call.request.method === 'HEAD' ? 'GET' : call.request.method;
  const verb = `${method} ${path.slice(slash + 1)}`;
  const name = path.slice(0, slash);
  // Its errors name the image in Docker's words.
  if (verb === 'POST push' && slash > 0) return push({ ...call, params: { name } });
  const handler = verbs[verb];
  if (!handler || slash < 1)
    throw new PouchError('PCH_PATH_NOT_FOUND', `page not found: ${method} /images/${path}`);
  return withName(call, name, handler);
}

function rest(call: Call): string {
  return call.params['*'] ?? '';
}

async function withName(call: Call, name: string, handler: Handler): Promise<void> {
  try {
    await handler({ ...call, params: { name } });
  } catch (error) {
    throw namingTheImage(error, name);
  }
}
