/** `volumesFrom`: the volumes and bind mounts of other containers. */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { ContainerRequest, VolumeRequest } from '../../../hooks/request.ts';
import { invalidField } from '../../../hooks/invalidField.ts';
import type { RequestContext } from './context.ts';

/** The volumes and bind mounts of a container, by name and path, as another container can ask for them. */
export function heldVolumes({ draft }: ContainerRecord): VolumeRequest[] {
  return Object.entries(draft.effects).flatMap(([key, { kind, args }]): VolumeRequest[] => {
    const destination = key.slice(key.indexOf('.') + 1);
    const { options = [] } = draft.mounts[destination] ?? {};
    const common = { destination, ...(options.includes('ro') && { readonly: true }) };
    if (kind === 'volume' && typeof args['name'] === 'string')
      return [{ kind: 'volume', source: args['name'], nocopy: true, ...common }];
    if (kind === 'bind-source' && typeof args['path'] === 'string')
      return [{ kind: 'bind', source: args['path'], ...propagationOf(options), ...common }];
    return [];
  });
}

function propagationOf(options: readonly string[]): Pick<VolumeRequest, 'options'> {
  const own = options.filter((option) => /^r?(shared|slave)$/.test(option));
  return own.length > 0 ? { options: own } : {};
}

/**
 * What a request takes from other containers. Its own mounts, and later containers, take precedence, as with Docker.
 * @throws PCH_OPTION_INVALID, PCH_CONTAINER_NOT_FOUND
 */
export function volumesFrom(
  { volumesFrom: sources = [], volumes = [] }: ContainerRequest,
  { volumesOf }: Pick<RequestContext, 'volumesOf'>,
): VolumeRequest[] {
  const taken = new Set(volumes.map(({ destination }) => destination));
  const all = sources.flatMap((source, index) => {
    const { name, readonly } = parseSource(source, index);
    return volumesOf(name).map((volume) => ({ ...volume, ...(readonly && { readonly: true }) }));
  });
  const byDestination = new Map(all.map((volume) => [volume.destination, volume]));
  return [...byDestination.values()].filter(({ destination }) => !taken.has(destination));
}

/** `NAME[:ro|rw]`; labels of SELinux have no effect. */
function parseSource(text: string, index: number): { name: string; readonly: boolean } {
  const [, name, modes = ''] = /^([^:]+)(?::(.+))?$/.exec(text) ?? [];
  const words = modes === '' ? [] : modes.split(',');
  const known = ['ro', 'rw', 'z', 'Z'];
  const isBoth = words.includes('ro') && words.includes('rw');
  if (name !== undefined && !isBoth && words.every((word) => known.includes(word)))
    return { name, readonly: words.includes('ro') };
  throw invalidField(
    `volumesFrom[${index}]`,
    `expected CONTAINER, CONTAINER:ro or CONTAINER:rw, found "${text}"`,
    'name a container that exists',
  );
}
