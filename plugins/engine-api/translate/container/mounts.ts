/** A container's mounts, as requested and as mounted. */
import type { HostConfig, MountPoint, MountSpec } from '../../../../client/wire.ts';
import type { ContainerRecord, VolumeRequest } from '../../../../hooks/index.ts';

/**
 * `Mounts` of inspect and list: those of the request, of the image and of other containers. As with Docker, entries of
 * `HostConfig.Tmpfs` are not listed.
 */
export function mountPoints(record: ContainerRecord): MountPoint[] {
  const listed = requested(record).filter(({ kind, form }) => kind !== 'tmpfs' || form === 'mount');
  return [...listed, ...impliedVolumes(record)].map((volume) => mountPoint(volume, record));
}

/** The paths of anonymous volumes: of the request, and of the image. */
export function anonymousPaths(record: ContainerRecord): string[] {
  const own = requested(record).filter(({ kind, source }) => kind === 'volume' && source === undefined);
  const ofImage = impliedVolumes(record).filter(({ source }) => source === undefined);
  return [...own, ...ofImage].map(({ destination }) => destination);
}

function requested({ request }: ContainerRecord): VolumeRequest[] {
  return request.volumes ?? [];
}

const volumePrefix = 'volume.';
const bindPrefix = 'bind.';

/** What the plan mounts at paths that the request does not name: from the image, and from other containers. */
function impliedVolumes(record: ContainerRecord): VolumeRequest[] {
  const taken = new Set(requested(record).map(({ destination }) => destination));
  return Object.entries(record.draft.effects)
    .map(([key, { kind, args }]) => implied(key, kind, args))
    .filter((volume) => volume !== undefined)
    .filter(({ destination }) => !taken.has(destination))
    .map((volume) => ({ ...volume, readonly: isReadonly(record, volume) }));
}

function implied(key: string, kind: string, args: Record<string, unknown>): VolumeRequest | undefined {
  const { name, anonymous, path } = args;
  if (kind === 'volume' && key.startsWith(volumePrefix))
    return {
      kind: 'volume',
      destination: key.slice(volumePrefix.length),
      ...(anonymous !== true && typeof name === 'string' && { source: name }),
    };
  if (kind === 'bind-source' && key.startsWith(bindPrefix) && typeof path === 'string')
    return { kind: 'bind', source: path, destination: key.slice(bindPrefix.length) };
  return undefined;
}

function isReadonly({ draft }: ContainerRecord, { destination }: VolumeRequest): boolean {
  return draft.mounts[destination]?.options.includes('ro') ?? false;
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
  const driver = draft.effects[`${volumePrefix}${destination}`]?.args['driver'];
  return typeof driver === 'string' ? driver : 'local';
}

/** A volume is `…/NAME/_data` or `…/NAME`; an anonymous volume gets its name when the container is created. */
function volumeName(volume: VolumeRequest, source: string): string {
  const parts = source.split('/').filter((part) => part !== '');
  return volume.source ?? (parts.at(-1) === '_data' ? parts.at(-2) : parts.at(-1)) ?? '';
}

function propagation(volume: VolumeRequest): string {
  return (
    volume.options?.find((option) => propagationForm.test(option)) ??
    (volume.kind === 'bind' ? 'rprivate' : '')
  );
}

const propagationForm = /^r?(shared|slave|private)$/;

function modeText(volume: VolumeRequest): string {
  const words = [
    volume.readonly ? 'ro' : '',
    volume.nocopy ? 'nocopy' : '',
    volume.fill ? 'dr' : '',
    ...(volume.options ?? []),
  ];
  return words.filter((word) => word !== '').join(',');
}

/** `HostConfig.Binds`, `Mounts` and `Tmpfs`: the request in Docker's form. */
export function hostMounts(record: ContainerRecord): Pick<HostConfig, 'Binds' | 'Mounts' | 'Tmpfs'> {
  const volumes = requested(record);
  const mounts = volumes.filter(({ form }) => form === 'mount');
  const others = volumes.filter(({ form }) => form !== 'mount');
  const binds = others.filter(({ kind, source }) => kind !== 'tmpfs' && source !== undefined);
  const tmpfs = others.filter(({ kind }) => kind === 'tmpfs');
  return {
    Binds: binds.length > 0 ? binds.map(bindText) : null,
    ...(mounts.length > 0 && { Mounts: mounts.map(mountSpec) }),
    Tmpfs:
      tmpfs.length > 0
        ? Object.fromEntries(tmpfs.map((one) => [one.destination, tmpfsText(one)]))
        : undefined,
  };
}

/** Every tmpfs has these, unless the request negates them. */
const tmpfsDefaults = ['noexec', 'nosuid', 'nodev'];

function tmpfsText({ options = [], readonly }: VolumeRequest): string {
  const own = options.filter((option) => !tmpfsDefaults.includes(option));
  return [...own, ...(readonly ? ['ro'] : [])].join(',');
}

function bindText(volume: VolumeRequest): string {
  const mode = modeText(volume);
  return `${volume.source}:${volume.destination}${mode ? `:${mode}` : ''}`;
}

function mountSpec(volume: VolumeRequest): MountSpec {
  const { kind, source, destination, readonly } = volume;
  const options: Record<VolumeRequest['kind'], Record<string, object>> = {
    bind: { BindOptions: bindOptions(volume) },
    volume: { VolumeOptions: volumeOptions(volume) },
    tmpfs: { TmpfsOptions: tmpfsOptions(volume) },
  };
  const given = Object.entries(options[kind]).filter(([, value]) => Object.keys(value).length > 0);
  return {
    Type: kind,
    ...(source !== undefined && { Source: source }),
    Target: destination,
    ...(readonly && { ReadOnly: true }),
    ...Object.fromEntries(given),
  };
}

function bindOptions({ options = [], createSource }: VolumeRequest): NonNullable<MountSpec['BindOptions']> {
  const Propagation = options.find((option) => propagationForm.test(option));
  return {
    ...(Propagation && { Propagation }),
    ...(options.includes('bind') && { NonRecursive: true }),
    ...(createSource && { CreateMountpoint: true }),
  };
}

function volumeOptions({
  nocopy,
  driver,
  driverOptions,
}: VolumeRequest): NonNullable<MountSpec['VolumeOptions']> {
  const config = { ...(driver && { Name: driver }), ...(driverOptions && { Options: driverOptions }) };
  return {
    ...(nocopy && { NoCopy: true }),
    ...(Object.keys(config).length > 0 && { DriverConfig: config }),
  };
}

function tmpfsOptions({ options = [] }: VolumeRequest): NonNullable<MountSpec['TmpfsOptions']> {
  const valueOf = (name: string) => options.find((option) => option.startsWith(`${name}=`))?.split('=')[1];
  const [size, mode] = [valueOf('size'), valueOf('mode')];
  return {
    ...(size !== undefined && { SizeBytes: Number(size) }),
    ...(mode !== undefined && { Mode: parseInt(mode, 8) }),
  };
}
