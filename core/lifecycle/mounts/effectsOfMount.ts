import type { ContainerDraft } from '../../../hooks/draft.ts';
import { isVolumeDriverEffect, volumeEffectKey } from '../../../hooks/draftKeys.ts';

/**
 * Returns whether a key is that of an effect of a mount, by its destination. Those of a volume's driver belong to it
 * unless the container has the volume elsewhere, too.
 */
export function effectsOfMount({ effects }: ContainerDraft, destination: string): (key: string) => boolean {
  const [bind, volume] = [`bind.${destination}`, `volume.${destination}`];
  const name = String(effects[volume]?.args['name'] ?? '');
  const isElsewhere = Object.entries(effects).some(
    ([key, { kind, args }]) => kind === 'volume' && args['name'] === name && key !== volume,
  );
  return (key) =>
    key === bind ||
    key === volume ||
    (name !== '' && !isElsewhere && isVolumeDriverEffect(key) && key.startsWith(volumeEffectKey(name, '')));
}
