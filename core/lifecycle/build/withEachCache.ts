import { existsSync } from 'node:fs';
import type { BuilderContext, ImageBuilder } from '../../../hooks/contributions/imageBuilder.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import type { BuilderDaemons } from './BuilderDaemons.ts';
import { builderContext, inBuildPlace } from './buildPlace.ts';
import { buildersOf } from './chooseBuilder.ts';
import { builderDirectory } from './places.ts';

/** Milliseconds. */
const longestWork = 60 * 60 * 1000;

/** Does work with the cache of each builder that has one, and that this host can use. */
export async function withEachCache<T>(
  engine: EngineContext,
  daemons: BuilderDaemons,
  work: (builder: ImageBuilder, context: BuilderContext) => Promise<T> | undefined,
): Promise<T[]> {
  return await engine.generations.use(async (generation) => {
    const results: T[] = [];
    for (const builder of buildersOf(generation)) {
      if (!existsSync(builderDirectory(engine.config, builder.name)) || (await builder.probe())) continue;
      const result = builder.runDaemon
        ? await daemons.use(builder, async (context) => await work(builder, context))
        : await inBuildPlace(engine, { longest: longestWork }, async (place) => {
            const print = () => Promise.resolve();
            return await work(builder, await builderContext(engine, builder, place, print));
          });
      if (result !== undefined) results.push(result);
    }
    return results;
  });
}
