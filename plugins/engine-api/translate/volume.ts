import type { VolumeWire } from '../../../client/wire.ts';
import type { Volume } from '../../../hooks/index.ts';

export function toVolume(volume: Volume): VolumeWire {
  const { damage, blame } = volume;
  return {
    Name: volume.name,
    Driver: 'local',
    Mountpoint: volume.mountpoint,
    CreatedAt: volume.createdAt || undefined,
    Labels: volume.labels,
    Scope: 'local',
    Options: null,
    ...((damage ?? blame) && {
      Status: { ...(damage && { Damage: damage }), ...(blame && { Blame: blame }) },
    }),
  };
}
