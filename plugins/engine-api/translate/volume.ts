import type { VolumeWire } from '../../../client/wire.ts';
import type { Volume } from '../../../hooks/index.ts';

export function toVolume(volume: Volume): VolumeWire {
  const { damage, blame, problem, options, status } = volume;
  const own = {
    ...status,
    ...(damage !== undefined && { Damage: damage }),
    ...(problem !== undefined && { Problem: problem }),
    ...(blame && { Blame: blame }),
  };
  return {
    Name: volume.name,
    Driver: volume.driver,
    Mountpoint: volume.mountpoint,
    CreatedAt: volume.createdAt || undefined,
    Labels: volume.labels,
    Scope: 'local',
    Options: Object.keys(options).length > 0 ? options : null,
    ...(Object.keys(own).length > 0 && { Status: own }),
  };
}
