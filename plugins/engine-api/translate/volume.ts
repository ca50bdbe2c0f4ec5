import type { VolumeWire } from '../../../client/wire.ts';
import type { Volume } from '../../../hooks/index.ts';

export function toVolume(volume: Volume): VolumeWire {
  return {
    Name: volume.name,
    Driver: 'local',
    Mountpoint: volume.mountpoint,
    CreatedAt: volume.createdAt || undefined,
    Labels: volume.labels,
    Scope: 'local',
    Options: null,
    ...(volume.damage !== undefined && { Status: { Damage: volume.damage } }),
  };
}
