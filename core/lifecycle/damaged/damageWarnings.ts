import type { EngineContext } from '../shared/EngineContext.ts';

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
  const damagedVolumes = (await volumes.list()).flatMap(({ name, damage }) =>
    damage === undefined
      ? []
      : [`volume ${name} is damaged: ${damage}; restore its volume.json, or pouch volume rm -f ${name}`],
  );
  const damagedImages = (await images.list()).flatMap(({ id, references, damage }) => {
    const name = references[0] ?? id;
    return damage === undefined
      ? []
      : [`image ${name} is damaged: ${damage}; pull or load it again, or pouch rmi ${name}`];
  });
  return [...containers, ...damagedVolumes, ...damagedImages];
}
