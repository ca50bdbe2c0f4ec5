import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { RuntimeFeature } from '../../../hooks/runtimeFeatures.ts';
import { requireFeature } from '../../plan/runtime/check.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/** For a verb that not every runtime has. @throws PCH_RUNTIME_CANNOT with the reason */
export async function requireOf(
  { generations }: EngineContext,
  { draft }: ContainerRecord,
  feature: RuntimeFeature,
): Promise<void> {
  const { runtimes } = generations.current;
  const runtime = runtimes.get(draft.runtime);
  // One that was taken out of the configuration: containerd knows all it needs of the containers that run.
  if (runtime) await requireFeature(feature, runtime, runtimes);
}
