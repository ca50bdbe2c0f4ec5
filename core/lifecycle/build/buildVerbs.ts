import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Builds } from '../../../hooks/engine/builds.ts';
import { normalizeReference } from '../../images/index.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import type { DaemonContext, ImageBuilder } from '../../../hooks/contributions/imageBuilder.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { build } from './build.ts';
import { BuilderDaemons } from './BuilderDaemons.ts';
import { buildersOf, sessionBuilder } from './chooseBuilder.ts';
import { buildCgroup, builderDirectory, buildsDirectory } from './places.ts';
import { runProgram } from './runProgram.ts';

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
    prune: async () => await prune(engine, daemons),
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

/** A builder that is not installed has nothing that it could remove. */
async function prune(engine: EngineContext, daemons: BuilderDaemons): Promise<number> {
  const builds = buildsDirectory(engine.config);
  await mkdir(builds, { recursive: true, mode: 0o711 });
  const scratch = await mkdtemp(join(builds, 'prune-'));
  try {
    return await engine.generations.use(async (generation) => {
      let freed = 0;
      for (const builder of buildersOf(generation)) {
        if (await builder.probe()) continue;
        if (builder.runDaemon) {
          freed += await daemons.use(builder, (context) => builder.prune(context));
          continue;
        }
        const directory = builderDirectory(engine.config, builder.name);
        await mkdir(directory, { recursive: true, mode: 0o700 });
        freed += await builder.prune({
          signal: engine.shutdown,
          log: engine.log,
          directory,
          scratch,
          cgroup: buildCgroup(engine.config, 'prune'),
          print: () => Promise.resolve(),
          run: (command) => runProgram(command, { signal: engine.shutdown, cwd: scratch }),
        });
      }
      return freed;
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
