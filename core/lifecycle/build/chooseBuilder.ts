import type { BuilderObstacle, ImageBuilder } from '../../../hooks/contributions/imageBuilder.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { Generation } from '../../plugins/index.ts';

/** Every builder, in the order of their plugins. */
export function buildersOf({ contributions }: Pick<Generation, 'contributions'>): ImageBuilder[] {
  return contributions.flatMap(({ contributed }) => contributed.of('imageBuilder'));
}

/** The first one that can build here. @throws PCH_NOT_SUPPORTED, PCH_TOOL_MISSING */
export async function chooseBuilder(generation: Pick<Generation, 'contributions'>): Promise<ImageBuilder> {
  const obstacles: BuilderObstacle[] = [];
  for (const builder of buildersOf(generation)) {
    const obstacle = await builder.probe();
    if (!obstacle) return builder;
    obstacles.push(obstacle);
  }
  if (obstacles.length === 0)
    throw new PouchError('PCH_NOT_SUPPORTED', 'building an image: no plugin provides a builder', {
      hint: 'enable the plugin build-buildah in pouchd.yaml',
    });
  throw new PouchError(
    'PCH_TOOL_MISSING',
    `building an image: ${obstacles.map(({ problem }) => problem).join('; ')}`,
    { hint: obstacles.map(({ hint }) => hint).join(', or ') },
  );
}
