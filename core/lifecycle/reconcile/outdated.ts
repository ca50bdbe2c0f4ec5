import type { ContainerRecord, PlanChange } from '../../../hooks/engine.ts';
import type { BlameEntry } from '../../../hooks/plan.ts';
import type { PlannedCreate } from '../../plan/Planner.ts';
import { isWithin } from '../../plugins/index.ts';
import { storedPlanOf } from '../../state/planFiles.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { shownChanges } from '../shared/shownChanges.ts';
import { changesOf } from './changesOf.ts';
import { checkNoneIsLost } from './checkPlan.ts';
import { withNewPlan } from './planAgain.ts';

/**
 * See `outdated` of hooks/engine/containers.ts. What profiles have added is in the request: other profiles are another
 * request.
 */
export async function outdated(engine: EngineContext, record: ContainerRecord): Promise<PlanChange[]> {
  const completed = { ...record, request: { ...record.request, profiles: [] } };
  return await engine.generations.use((generation) =>
    withNewPlan(engine, completed, generation, {
      isShown: true,
      use: (planned) => ofOthers(engine, record, planned),
    }),
  );
}

/** All changes of the new plan, if a plugin or a setting is behind any of them: they are applied together. */
async function ofOthers(
  engine: EngineContext,
  record: ContainerRecord,
  planned: PlannedCreate,
): Promise<PlanChange[]> {
  checkNoneIsLost(record, planned);
  const changes = await changesOf(engine, record, planned);
  if (changes.length === 0) return [];
  const blame = [...planned.blame, ...(await storedPlanOf(record)).blame].filter(isOfOthers);
  const isTheirs = ({ field }: PlanChange) =>
    blame.some((entry) => isWithin(field, entry.field) || isWithin(entry.field, field));
  return changes.some(isTheirs) ? shownChanges(engine.secrets, changes, record.draft) : [];
}

/** Of a plugin, or of a setting of pouchd.yaml. */
function isOfOthers({ plugin, hook }: BlameEntry): boolean {
  return plugin === 'core' ? hook === 'config' : plugin !== 'request' && plugin !== 'image';
}
