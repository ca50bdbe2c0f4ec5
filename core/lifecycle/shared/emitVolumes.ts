import type { ContainerRecord } from '../../../hooks/engine.ts';
import { localDriver } from '../../volumes/VolumeDrivers.ts';
import type { EngineContext } from './engineContext.ts';

/** Emits an event for each volume of a container that starts or has ended, as Docker does. */
export function emitVolumes(
  { events }: EngineContext,
  action: 'mount' | 'unmount',
  { id: container, draft }: ContainerRecord,
): void {
  for (const [destination, { name, driver }] of volumesOf(draft)) {
    const attributes: Record<string, string> = { container, driver };
    if (action === 'mount') {
      const { options = [] } = draft.mounts[destination] ?? {};
      Object.assign(attributes, {
        destination,
        propagation: '',
        'read/write': String(!options.includes('ro')),
      });
    }
    events.emit({ type: 'volume', action, id: name, attributes });
  }
}

function volumesOf({ effects }: ContainerRecord['draft']) {
  const prefix = 'volume.';
  return Object.entries(effects).flatMap(([key, { kind, args }]) => {
    if (kind !== 'volume' || !key.startsWith(prefix)) return [];
    const { name = '', driver = localDriver } = args as { name?: string; driver?: string };
    return [[key.slice(prefix.length), { name, driver }] as const];
  });
}
