/** The operations of the Docker Engine API, version 1.47 (docs.docker.com/reference/api/engine). */
const paths: Record<string, readonly string[]> = {
  Containers: [
    'GET /containers/json',
    'POST /containers/create',
    'GET /containers/{id}/json',
    'GET /containers/{id}/top',
    'GET /containers/{id}/logs',
    'GET /containers/{id}/changes',
    'GET /containers/{id}/export',
    'GET /containers/{id}/stats',
    'POST /containers/{id}/resize',
    'POST /containers/{id}/start',
    'POST /containers/{id}/stop',
    'POST /containers/{id}/restart',
    'POST /containers/{id}/kill',
    'POST /containers/{id}/update',
    'POST /containers/{id}/rename',
    'POST /containers/{id}/pause',
    'POST /containers/{id}/unpause',
    'POST /containers/{id}/attach',
    'GET /containers/{id}/attach/ws',
    'POST /containers/{id}/wait',
    'DELETE /containers/{id}',
    'HEAD /containers/{id}/archive',
    'GET /containers/{id}/archive',
    'PUT /containers/{id}/archive',
    'POST /containers/prune',
    'GET /containers/{id}/checkpoints',
    'POST /containers/{id}/checkpoints',
    'DELETE /containers/{id}/checkpoints/{name}',
  ],
  Exec: [
    'POST /containers/{id}/exec',
    'POST /exec/{id}/start',
    'POST /exec/{id}/resize',
    'GET /exec/{id}/json',
  ],
  Images: [
    'GET /images/json',
    'POST /build',
    'POST /build/prune',
    'POST /images/create',
    'GET /images/{name}/json',
    'GET /images/{name}/history',
    'POST /images/{name}/push',
    'POST /images/{name}/tag',
    'DELETE /images/{name}',
    'GET /images/search',
    'POST /images/prune',
    'POST /commit',
    'GET /images/{name}/get',
    'GET /images/get',
    'POST /images/load',
    'GET /distribution/{name}/json',
  ],
  Networks: [
    'GET /networks',
    'GET /networks/{id}',
    'DELETE /networks/{id}',
    'POST /networks/create',
    'POST /networks/{id}/connect',
    'POST /networks/{id}/disconnect',
    'POST /networks/prune',
  ],
  Volumes: [
    'GET /volumes',
    'POST /volumes/create',
    'GET /volumes/{name}',
    'PUT /volumes/{name}',
    'DELETE /volumes/{name}',
    'POST /volumes/prune',
  ],
  System: [
    'POST /auth',
    'GET /info',
    'GET /version',
    'GET /_ping',
    'HEAD /_ping',
    'GET /events',
    'GET /system/df',
    'POST /session',
  ],
  Plugins: [
    'GET /plugins',
    'GET /plugins/privileges',
    'POST /plugins/pull',
    'GET /plugins/{name}/json',
    'DELETE /plugins/{name}',
    'POST /plugins/{name}/enable',
    'POST /plugins/{name}/disable',
    'POST /plugins/{name}/upgrade',
    'POST /plugins/create',
    'POST /plugins/{name}/push',
    'POST /plugins/{name}/set',
  ],
  Swarm: [
    'GET /swarm',
    'POST /swarm/init',
    'POST /swarm/join',
    'POST /swarm/leave',
    'POST /swarm/update',
    'GET /swarm/unlockkey',
    'POST /swarm/unlock',
    'GET /nodes',
    'GET /nodes/{id}',
    'DELETE /nodes/{id}',
    'POST /nodes/{id}/update',
    'GET /services',
    'POST /services/create',
    'GET /services/{id}',
    'DELETE /services/{id}',
    'POST /services/{id}/update',
    'GET /services/{id}/logs',
    'GET /tasks',
    'GET /tasks/{id}',
    'GET /tasks/{id}/logs',
    'GET /secrets',
    'POST /secrets/create',
    'GET /secrets/{id}',
    'DELETE /secrets/{id}',
    'POST /secrets/{id}/update',
    'GET /configs',
    'POST /configs/create',
    'GET /configs/{id}',
    'DELETE /configs/{id}',
    'POST /configs/{id}/update',
  ],
};

export interface Operation {
  /** Heading of the API's reference. */
  group: string;
  method: string;
  /** With `{id}` and `{name}`. */
  path: string;
}

export const operations: readonly Operation[] = Object.entries(paths).flatMap(([group, list]) =>
  list.map((text) => {
    const [method = '', path = ''] = text.split(' ');
    return { group, method, path };
  }),
);

/** @param path of a request, without version and query; undefined for paths that Docker does not have */
export function operationOf(method: string, path: string): Operation | undefined {
  return operations.find((operation) => operation.method === method && patternOf(operation.path).test(path));
}

/** Names of images have slashes. */
function patternOf(path: string): RegExp {
  const parts = path.split('/').map((part) => {
    if (!part.startsWith('{')) return part;
    return /^\/(images|distribution)\//.test(path) ? '.+' : '[^/]+';
  });
  return new RegExp(`^${parts.join('/')}$`);
}
