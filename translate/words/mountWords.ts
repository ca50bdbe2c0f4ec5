import { joinCsv } from '../../client/options/csv.ts';
import type { VolumeRequest } from '../../hooks/index.ts';
import type { Words } from './runOptions.ts';

/** The words `volume`, `mount` and `tmpfs`. */
export function mountWords(volumes: readonly VolumeRequest[]): Words {
  const mounts = volumes.filter(({ form }) => form === 'mount');
  const others = volumes.filter(({ form }) => form !== 'mount');
  return {
    volume: others.filter(({ kind }) => kind !== 'tmpfs').map(bindText),
    mount: mounts.map(mountText),
    tmpfs: others.filter(({ kind }) => kind === 'tmpfs').map(tmpfsText),
  };
}

function bindText({ source, destination, options = [], ...volume }: VolumeRequest): string {
  const flags = [
    ...(volume.readonly ? ['ro'] : []),
    ...(volume.nocopy ? ['nocopy'] : []),
    ...(volume.fill ? ['dr'] : []),
    ...options,
  ];
  if (source === undefined) return destination;
  return [source, destination, ...(flags.length > 0 ? [flags.join(',')] : [])].join(':');
}

/** Options that a tmpfs has unless it has their opposite. */
const tmpfsDefaults = ['noexec', 'nosuid', 'nodev'];

function tmpfsText({ destination, options = [], readonly }: VolumeRequest): string {
  const isStandard = tmpfsDefaults.every((option, index) => options[index] === option);
  const shown = [
    ...(isStandard ? options.slice(tmpfsDefaults.length) : options),
    ...(readonly ? ['ro'] : []),
  ];
  return [destination, ...(shown.length > 0 ? [shown.join(',')] : [])].join(':');
}

function mountText({ kind, source, destination, options = [], ...volume }: VolumeRequest): string {
  const fields = [
    `type=${kind}`,
    ...(source === undefined ? [] : [`source=${source}`]),
    `target=${destination}`,
    ...(volume.readonly ? ['readonly'] : []),
    ...(volume.createSource ? ['bind-create-src'] : []),
    ...(volume.nocopy ? ['volume-nocopy'] : []),
    ...(volume.driver === undefined ? [] : [`volume-driver=${volume.driver}`]),
    ...Object.entries(volume.driverOptions ?? {}).map(([name, value]) => `volume-opt=${name}=${value}`),
    ...options.flatMap((option) => mountOption(kind, option)),
  ];
  return joinCsv(fields);
}

function mountOption(kind: VolumeRequest['kind'], option: string): string[] {
  if (kind === 'tmpfs') return /^(size|mode)=/.test(option) ? [`tmpfs-${option}`] : [];
  return [option === 'bind' ? 'bind-nonrecursive' : `bind-propagation=${option}`];
}
