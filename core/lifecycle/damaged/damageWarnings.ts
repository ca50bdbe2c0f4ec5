import { messageOf } from '../../../hooks/errors.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/** One line for each damaged container, volume and image, for `pouch info` and `pouch doctor`. */
export async function damageWarnings({
  store,
  volumes,
  images,
}: Pick<EngineContext, 'store' | 'volumes' | 'images'>): Promise<string[]> {
  const containers = store
    .damaged()
    .flatMap(({ name, damage }) =>
      damage ? [`container ${name} is damaged: ${damage.problem}; ${damage.hint}`] : [],
    );
  const damagedVolumes = await volumeWarnings(volumes);
  const damagedImages = (await images.list()).flatMap(({ id, references, damage }) => {
    const name = references[0] ?? id;
    return damage === undefined
      ? []
      : [`image ${name} is damaged: ${damage}; pull or load it again, or pouch rmi ${name}`];
  });
  return [...containers, ...damagedVolumes, ...damagedImages];
}

/** Volumes on a file system that does not respond must not hide the other warnings. */
async function volumeWarnings(volumes: EngineContext['volumes']): Promise<string[]> {
  const all = await volumes.list().catch((error: unknown) => messageOf(error));
  if (typeof all === 'string') return [`volumes cannot be listed: ${all}`];
  return all.flatMap(({ name, damage }) =>
    damage === undefined
      ? []
      : [`volume ${name} is damaged: ${damage}; restore its volume.json, or pouch volume rm -f ${name}`],
  );
}
