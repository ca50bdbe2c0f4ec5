import type { BuilderObstacle, BuildWishes } from '../../hooks/index.ts';

/** Debian 12's Buildah has no options for a cache in a registry. */
export function refusalOf({ cacheFrom = [], cacheTo = [] }: BuildWishes): BuilderObstacle | undefined {
  if (cacheFrom.length === 0 && cacheTo.length === 0) return undefined;
  return {
    problem: 'a build cache in a registry is not supported with Buildah',
    hint: 'omit it, or install BuildKit: buildkitd and buildctl in /usr/local/bin',
  };
}
