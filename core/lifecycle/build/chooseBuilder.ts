import type {
  BuilderObstacle,
  BuildWishes,
  ImageBuilder,
} from '../../../hooks/contributions/imageBuilder.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { Generation } from '../../plugins/index.ts';

/** Every builder, by priority, and then in the order of their plugins. */
export function buildersOf({ contributions }: Pick<Generation, 'contributions'>): ImageBuilder[] {
  return contributions
    .flatMap(({ contributed }) => contributed.of('imageBuilder'))
    .toSorted((one, other) => (other.priority ?? 0) - (one.priority ?? 0));
}

/** The first one that can build this here. @throws PCH_NOT_SUPPORTED, PCH_TOOL_MISSING */
export async function chooseBuilder(
  generation: Pick<Generation, 'contributions'>,
  wishes: BuildWishes = { limits: {} },
): Promise<ImageBuilder> {
  const obstacles: BuilderObstacle[] = [];
  const refusals: BuilderObstacle[] = [];
  for (const builder of buildersOf(generation)) {
    const obstacle = await builder.probe();
    if (obstacle) {
      obstacles.push(obstacle);
      continue;
    }
    const refusal = builder.refuses?.(wishes);
    if (!refusal) return builder;
    refusals.push(refusal);
  }
  const [refusal] = refusals;
  if (refusal) throw new PouchError('PCH_NOT_SUPPORTED', refusal.problem, { hint: refusal.hint });
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

/** The builder that speaks the protocols of BuildKit, or why this host has none. */
export async function sessionBuilder(
  generation: Pick<Generation, 'contributions'>,
): Promise<{ builder: ImageBuilder } | { obstacle: BuilderObstacle }> {
  const builder = buildersOf(generation).find(({ connect, solve }) => connect && solve);
  if (!builder)
    return {
      obstacle: {
        problem: 'no plugin provides a BuildKit',
        hint: 'enable the plugin build-buildkit in pouchd.yaml',
      },
    };
  const obstacle = await builder.probe();
  return obstacle ? { obstacle } : { builder };
}
