/** Translates bind mounts, volumes and tmpfs, in Docker's order. */
import type { ContainerCreateRequest, HostConfig } from '../client/wire.ts';
import type { VolumeRequest } from '../hooks/index.ts';
import { parseBind } from './bind.ts';
import { destinationOf } from './destination.ts';
import { invalid } from './invalid.ts';
import { parseMount } from './mount.ts';
import { parseTmpfs } from './tmpfs.ts';

/** @throws PCH_OPTION_INVALID also when two of them have the same destination */
export function volumesOf(body: ContainerCreateRequest): VolumeRequest[] {
  const host = body.HostConfig ?? {};
  const asked = explicitVolumes(host);
  refuseDuplicates(asked);
  const taken = new Set(asked.map((volume) => volume.destination));
  const anonymous = Object.keys(body.Volumes ?? {})
    .map((path) => destinationOf('Volumes', path))
    .filter((destination) => !taken.has(destination));
  return [
    ...asked,
    ...anonymous.map((destination): VolumeRequest => ({ kind: 'volume', destination, ...ofDriver(host) })),
  ];
}

function explicitVolumes(host: HostConfig): VolumeRequest[] {
  return [
    ...(host.Binds ?? []).map((text, index) => withDriver(parseBind(text, index), host)),
    ...(host.Mounts ?? []).map(parseMount),
    ...Object.entries(host.Tmpfs ?? {}).map(([path, options]) => parseTmpfs(path, options)),
  ];
}

/** As with Docker, it is the driver of `Binds`, of `Volumes` and of the image's volumes; `Mounts` have their own. */
function ofDriver({ VolumeDriver: driver }: HostConfig): Pick<VolumeRequest, 'driver'> {
  return driver ? { driver } : {};
}

function withDriver(volume: VolumeRequest, host: HostConfig): VolumeRequest {
  return volume.kind === 'volume' ? { ...volume, ...ofDriver(host) } : volume;
}

function refuseDuplicates(volumes: VolumeRequest[]): void {
  const seen = new Set<string>();
  for (const { destination } of volumes) {
    if (seen.has(destination))
      throw invalid('HostConfig', 'each mount point once', `Duplicate mount point: ${destination}`);
    seen.add(destination);
  }
}
