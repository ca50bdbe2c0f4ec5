/** A container's mounts, as requested and as mounted. */
import type { HostConfig, MountPoint } from '../../../../client/wire.ts';
import type { ContainerRecord, VolumeRequest } from '../../../../hooks/index.ts';

/** `Mounts` of inspect and list: the requested mounts, without those that every container has. */
export function mountPoints(record: ContainerRecord): MountPoint[] {
  return (record.request.volumes ?? []).map((volume) => mountPoint(volume, record));
}

function mountPoint(volume: VolumeRequest, record: ContainerRecord): MountPoint {
  const { kind, destination } = volume;
  const source = record.draft.mounts[destination]?.source ?? volume.source ?? '';
  const common = { Destination: destination, RW: !volume.readonly, Propagation: propagation(volume) };
  if (kind === 'tmpfs') return { Type: 'tmpfs', Source: '', Mode: '', ...common };
  if (kind === 'bind') return { Type: 'bind', Source: source, Mode: modeText(volume), ...common };
  return {
    Type: 'volume',
    Name: volumeName(volume, source),
    Source: source,
    Driver: driverOf(destination, record),
    Mode: modeText(volume),
    ...common,
  };
}

/** That of the volume when the container was planned. */
function driverOf(destination: string, { draft }: ContainerRecord): string {
  const driver = draft.effects[`volume.${destination}`]?.args['driver'];
  return typeof driver === 'string' ? driver : 'local';
}

/** A volume is `…/NAME/_data` or `…/NAME`; an anonymous volume gets its name when the container is created. */
function volumeName(volume: VolumeRequest, source: string): string {
  const parts = source.split('/').filter((part) => part !== '');
  return volume.source ?? (parts.at(-1) === '_data' ? parts.at(-2) : parts.at(-1)) ?? '';
}

function propagation(volume: VolumeRequest): string {
  return (
    volume.options?.find((option) => /^r?(shared|slave|private)$/.test(option)) ??
    (volume.kind === 'bind' ? 'rprivate' : '')
  );
}

function modeText(volume: VolumeRequest): string {
  const words = [volume.readonly ? 'ro' : '', volume.nocopy ? 'nocopy' : '', ...(volume.options ?? [])];
  return words.filter((word) => word !== '').join(',');
}

/** `HostConfig.Binds` and `HostConfig.Tmpfs`: the request in Docker's form. */
export function hostMounts(record: ContainerRecord): Pick<HostConfig, 'Binds' | 'Tmpfs'> {
  const volumes = record.request.volumes ?? [];
  const binds = volumes.filter(({ kind, source }) => kind !== 'tmpfs' && source !== undefined);
  const tmpfs = volumes.filter(({ kind }) => kind === 'tmpfs');
  return {
    Binds: binds.length > 0 ? binds.map(bindText) : null,
    Tmpfs:
      tmpfs.length > 0
        ? Object.fromEntries(tmpfs.map((one) => [one.destination, (one.options ?? []).join(',')]))
        : undefined,
  };
}

function bindText(volume: VolumeRequest): string {
  const mode = modeText(volume);
  return `${volume.source}:${volume.destination}${mode ? `:${mode}` : ''}`;
}
