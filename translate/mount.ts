/** `Mounts`. */
import type { MountSpec } from '../client/wire.ts';
import type { VolumeRequest } from '../hooks/index.ts';
import { MemberError } from './MemberError.ts';
import { destinationOf } from './destination.ts';
import { invalid, member } from './invalid.ts';

type MountField = `HostConfig.Mounts[${number}]`;

/** @throws PCH_OPTION_INVALID, PCH_NOT_SUPPORTED for types other than bind, volume and tmpfs */
export function parseMount(mount: MountSpec, index: number): VolumeRequest {
  const field: MountField = `HostConfig.Mounts[${index}]`;
  const destination = destinationOf(`${field}.Target`, mount.Target);
  const common = { form: 'mount' as const, ...(mount.ReadOnly && { readonly: true }) };
  switch (mount.Type) {
    case 'bind':
      return { ...bindMount(mount, field), destination, ...common };
    case 'volume':
      return { ...volumeMount(mount, field), destination, ...common };
    case 'tmpfs':
      return { ...tmpfsMount(mount, field), destination, ...common };
    default:
      throw new MemberError(
        'PCH_NOT_SUPPORTED',
        `${field}.Type`,
        `${member(`${field}.Type`)}: expected bind, volume or tmpfs, found "${mount.Type}"`,
      );
  }
}

function bindMount(
  mount: MountSpec,
  field: MountField,
): Pick<VolumeRequest, 'kind' | 'source' | 'options' | 'createSource'> {
  const { Source: source } = mount;
  if (!source?.startsWith('/')) throw invalid(`${field}.Source`, 'an absolute host path', source);
  const {
    Propagation: propagation,
    NonRecursive: flat,
    CreateMountpoint: createSource,
  } = mount.BindOptions ?? {};
  // `bind` is the flat counterpart of `rbind`, the default of bind mounts.
  const options = [...(propagation ? [propagation] : []), ...(flat ? ['bind'] : [])];
  return { kind: 'bind', source, options, createSource: createSource ?? false };
}

function volumeMount(
  mount: MountSpec,
  field: MountField,
): Pick<VolumeRequest, 'kind' | 'source' | 'nocopy' | 'driver' | 'driverOptions'> {
  const { NoCopy: nocopy, DriverConfig: driver, Subpath: subpath } = mount.VolumeOptions ?? {};
  if (subpath)
    throw new MemberError(
      'PCH_NOT_SUPPORTED',
      `${field}.VolumeOptions.Subpath`,
      `${member(`${field}.VolumeOptions.Subpath`)} is not supported`,
    );
  return {
    kind: 'volume',
    source: mount.Source || undefined,
    ...(nocopy ? { nocopy } : {}),
    ...(driver?.Name ? { driver: driver.Name } : {}),
    ...(Object.keys(driver?.Options ?? {}).length > 0 ? { driverOptions: driver?.Options } : {}),
  };
}

function tmpfsMount(mount: MountSpec, field: MountField): Pick<VolumeRequest, 'kind' | 'options'> {
  if (mount.Source) throw invalid(`${field}.Source`, 'no source for a tmpfs', mount.Source);
  const { SizeBytes: size, Mode: mode } = mount.TmpfsOptions ?? {};
  if (size !== undefined && size !== null && size < 0)
    throw invalid(`${field}.TmpfsOptions.SizeBytes`, 'bytes', size);
  const options = ['noexec', 'nosuid', 'nodev'];
  if (size) options.push(`size=${size}`);
  if (mode) options.push(`mode=${mode.toString(8)}`);
  return { kind: 'tmpfs', options };
}
