import type { Builds } from '../../../hooks/engine/builds.ts';
import { normalizeReference } from '../../images/index.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import type { ImageBuilder } from '../../../hooks/contributions/imageBuilder.ts';
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
      const registry = engine.config.registries.defaultRegistry;
      const names = one.names.map((name) => normalizeReference(name, registry));
      return await engine.operations.run('build', undefined, () =>
        withSessionBuilder(engine, 'PCH_TOOL_MISSING', async (builder) => {
          const refusal = builder.refuses?.(one.wishes);
          if (refusal) throw new PouchError('PCH_NOT_SUPPORTED', refusal.problem, { hint: refusal.hint });
          return await daemons.use(
            builder,
            async (context) => (await builder.solve?.({ ...one, names }, context))!,
          );
        }),
      );
    },
    connect: async (connection, accept) =>
      await withSessionBuilder(engine, 'PCH_NOT_SUPPORTED', async (builder) => {
        // First: clients that are refused take another builder, and with it another error than that of the daemon.
        const one = { ...connection, stream: accept() };
        try {
          await daemons.use(builder, async (context) => builder.connect?.(one, context));
        } catch (error) {
          await builder.refuse?.(one, error as Error);
          throw error;
        }
      }),
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

/** The plugin stays loaded meanwhile. @throws `code` where the host has no BuildKit */
async function withSessionBuilder<T>(
  engine: EngineContext,
  code: 'PCH_TOOL_MISSING' | 'PCH_NOT_SUPPORTED',
  work: (builder: ImageBuilder) => Promise<T>,
): Promise<T> {
  return await engine.generations.use(async (generation) => {
    const found = await sessionBuilder(generation);
    if ('builder' in found) return await work(found.builder);
    const { problem, hint } = found.obstacle;
    const instead = code === 'PCH_NOT_SUPPORTED' ? '; or build with DOCKER_BUILDKIT=0 or pouch build' : '';
    throw new PouchError(code, `building with BuildKit: ${problem}`, { hint: `${hint}${instead}` });
  });
}
