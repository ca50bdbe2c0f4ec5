import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../../hooks/errors.ts';
import { clearCgroup } from '../../apply/effects/cgroup.ts';
import { ignoreMissing } from '../../host/ignoreMissing.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { buildLabel, removeBuildContainer } from './buildContainer.ts';
import { buildCgroup, buildsDirectory } from './places.ts';

/**
 * Starts to remove the builds of a pouchd that was killed; their processes have ended with it. Resolves before, once it
 * knows them: new builds have other names.
 */
export async function removeLeftBuilds(engine: EngineContext): Promise<void> {
  const builds = buildsDirectory(engine.config);
  const names = (await readdir(builds).catch(ignoreMissing)) ?? [];
  const containers = engine.store.list().filter(({ draft }) => draft.labels[buildLabel] !== undefined);
  const work = [
    ...containers.map((record) => removeBuildContainer(engine, record)),
    ...names.map(async (name) => {
      await clearCgroup(buildCgroup(engine.config, name));
      await rm(join(builds, name), { recursive: true, force: true, maxRetries: 5 });
    }),
  ];
  for (const one of work)
    one.catch((error: unknown) =>
      engine.log.warn('a build that was cut off is left for the next start', { error: messageOf(error) }),
    );
}
