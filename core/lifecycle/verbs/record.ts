import { hideSecrets, secretNames } from '../../../config/index.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { Planner } from '../../plan/Planner.ts';
import { shownPlan } from '../../plan/shownPlan.ts';
import { hostFacts } from '../../hostFacts.ts';
import { recordFacts, recordRuntimes } from '../../replay/facts.ts';
import { type Recording, recordingVersion } from '../../replay/recording.ts';
import { recordScripts } from '../../replay/scripts.ts';
import { RecordingTape } from '../../replay/Tape.ts';
import { version } from '../../version.ts';
import { keptContext } from '../shared/keptContext.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/**
 * Plans a container again with its stored request, and returns the plan with all that it was made of. Secrets are
 * masked before the plan is made, so that a replay finds the same. Changes nothing.
 */
export async function record(engine: EngineContext, container: ContainerRecord): Promise<Recording> {
  const { secrets, config, plannerOptions } = engine;
  const { id, name, draft } = container;
  const request = secrets.data(container.request, [], draft);
  return await engine.generations.use(async (generation) => {
    const tape = new RecordingTape();
    const planner = new Planner(
      recordFacts({ ...plannerOptions, request: keptContext(plannerOptions.request, draft) }, tape),
    );
    const runtimes = recordRuntimes(generation.runtimes, tape);
    const planned = shownPlan(
      await planner.plan({ id, name }, request, { ...generation, runtimes }, { isShown: true }),
      secrets,
    );
    const { blame, degraded, warnings, spec } = planned;
    return secrets.data({
      recording: recordingVersion,
      pouch: version,
      recordedAt: new Date().toISOString(),
      container: { id, name },
      request,
      config: { ...config, plugins: hideSecrets(config.plugins, secretNames(config.secrets.names)) },
      host: hostFacts({ config }),
      plugins: generation.plugins
        .filter(({ name }) => !generation.scripts.some(({ plugin }) => plugin === name))
        .map(({ name: plugin, source, state }) => ({ name: plugin, source, state })),
      scripts: await recordScripts(generation),
      facts: tape.calls,
      plan: { draft: planned.draft, spec, blame, degraded, warnings },
    });
  });
}
