import type { Kernel } from '../kernel.ts';

/** One line for each damaged container and volume, for `pouch info` and `pouch doctor`. */
export async function damageWarnings({
  store,
  volumes,
}: Pick<Kernel, 'store' | 'volumes'>): Promise<string[]> {
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
  return [...containers, ...damagedVolumes];
}
