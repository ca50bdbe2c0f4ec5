import type { Builds } from '../../../hooks/engine/builds.ts';
import { normalizeReference } from '../../images/index.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import type { DaemonContext, ImageBuilder } from '../../../hooks/contributions/imageBuilder.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { build } from './build.ts';
import { BuilderDaemons } from './BuilderDaemons.ts';
import { sessionBuilder } from './chooseBuilder.ts';
import { withEachCache } from './withEachCache.ts';

export function buildVerbs(engine: EngineContext): Builds {
  const daemons = new BuilderDaemons(engine);
  return {
    build: async (context, options, report, signal) =>
      await build(engine, daemons, context, options, report, signal),
    solve: async (one) => {
      const registry = engine.config.images.defaultRegistry;
      const names = one.names.map((name) => normalizeReference(name, registry));
      return await engine.operations.run('build', undefined, () =>
        withSessionBuilder(engine, daemons, (builder, context) => {
          const refusal = builder.refuses?.(one.wishes);
          if (refusal) throw new PouchError('PCH_NOT_SUPPORTED', refusal.problem, { hint: refusal.hint });
          return builder.solve?.({ ...one, names }, context);
        }),
      );
    },
    connect: async (connection) =>
      await withSessionBuilder(engine, daemons, (builder, context) => builder.connect?.(connection, context)),
    sessionObstacle: async () =>
      await engine.generations.use(async (generation) => {
        const found = await sessionBuilder(generation);
        return 'obstacle' in found ? found.obstacle : undefined;
      }),
    cache: async () => (await withEachCache(engine, daemons, (builder, one) => builder.cache?.(one))).flat(),
    prune: async (prune = { all: true }) => {
      const removed = await withEachCache(engine, daemons, (builder, one) => builder.prune(one, prune));
      return {
        ids: removed.flatMap(({ ids }) => ids),
        bytes: removed.reduce((sum, { bytes }) => sum + bytes, 0),
      };
    },
  };
}

/** The plugin stays loaded meanwhile. @throws PCH_TOOL_MISSING */
async function withSessionBuilder<T>(
  engine: EngineContext,
  daemons: BuilderDaemons,
  work: (builder: ImageBuilder, context: DaemonContext) => Promise<T> | undefined,
): Promise<T> {
  return await engine.generations.use(async (generation) => {
    const found = await sessionBuilder(generation);
    if ('obstacle' in found) {
      const { problem, hint } = found.obstacle;
      throw new PouchError('PCH_TOOL_MISSING', `building with BuildKit: ${problem}`, { hint });
    }
    return await daemons.use(found.builder, async (context) => (await work(found.builder, context)) as T);
  });
}
