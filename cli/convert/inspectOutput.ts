import type { AgentForeign, NetworkWire, VolumeWire } from '../../client/index.ts';
import { optionError } from '../../client/options/OptionError.ts';
import { isMapValue } from './ComposeNode.ts';

/**
 * The containers of what `docker inspect` has printed, one or a list, and their images, networks and volumes if these
 * are in the list, too; undefined for a text that is a compose file.
 * @throws PCH_OPTION_INVALID for other objects
 */
export function inspectOutput(file: string, text: string): AgentForeign | undefined {
  const value = jsonOf(text);
  const isInspected = Array.isArray(value) || (isMapValue(value) && ('Id' in value || 'HostConfig' in value));
  if (!isInspected) return undefined;
  const all = [value].flat() as unknown[];
  const unknown = all.find((one) => kindOf(one) === undefined);
  const of = (kind: Kind) => all.filter((one) => kindOf(one) === kind) as Record<string, unknown>[];
  const Containers = of('container');
  if (unknown === undefined && Containers.length > 0)
    return {
      Containers,
      Images: Object.fromEntries(of('image').map(({ Id, Config }) => [String(Id), Config ?? {}])),
      Networks: of('network') as unknown as NetworkWire[],
      Volumes: of('volume') as unknown as VolumeWire[],
    };
  throw optionError(
    file,
    `expected containers of \`docker inspect\`, found ${describe(unknown ?? all[0])}`,
    '`docker inspect CONTAINER…` prints them',
  );
}

type Kind = keyof typeof members;

/** Keys by which the objects are known. */
const members = {
  container: ['Id', 'Name', 'Config', 'HostConfig'],
  image: ['Id', 'RepoTags'],
  network: ['Name', 'IPAM'],
  volume: ['Name', 'Mountpoint'],
} as const;

function kindOf(value: unknown): Kind | undefined {
  if (!isMapValue(value)) return undefined;
  const kinds = Object.entries(members).filter(([, names]) =>
    names.every((name) =>
      name === 'Id' || name === 'Name' ? typeof value[name] === 'string' : name in value,
    ),
  );
  return kinds[0]?.[0] as Kind | undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function describe(value: unknown): string {
  if (value === undefined) return 'none';
  if (!isMapValue(value)) return JSON.stringify(value).slice(0, 60);
  const keys = Object.keys(value);
  if (keys.length === 0) return 'an empty object';
  return `an object with the keys ${keys.slice(0, 5).join(', ')}${keys.length > 5 ? ', …' : ''}`;
}
