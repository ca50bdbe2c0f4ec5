import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Builds } from '../../../hooks/engine/builds.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { build } from './build.ts';
import { buildersOf } from './chooseBuilder.ts';
import { buildCgroup, builderDirectory, buildsDirectory } from './places.ts';
import { runProgram } from './runProgram.ts';

export function buildVerbs(engine: EngineContext): Builds {
  return {
    build: async (context, options, report, signal) => await build(engine, context, options, report, signal),
    prune: async () => await prune(engine),
  };
}

/** A builder that is not installed has nothing that it could remove. */
async function prune(engine: EngineContext): Promise<number> {
  const builds = buildsDirectory(engine.config);
  await mkdir(builds, { recursive: true, mode: 0o711 });
  const scratch = await mkdtemp(join(builds, 'prune-'));
  try {
    return await engine.generations.use(async (generation) => {
      let freed = 0;
      for (const builder of buildersOf(generation)) {
        if (await builder.probe()) continue;
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
