import type { ContainerRecord, PlanChange } from '../../../hooks/engine.ts';
import { hasCode } from '../../../hooks/errors.ts';
import { draftDifferences } from '../../plan/draftDifferences.ts';
import type { PlannedCreate } from '../../plan/Planner.ts';
import { isWithin } from '../../plugins/index.ts';
import { isUp } from '../../state/status.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { requireOf } from '../task/requireFeature.ts';

/** What a new plan changes in a container, secrets included, and when each change can be applied. */
export async function changesOf(
  engine: EngineContext,
  record: ContainerRecord,
  { draft, blame }: PlannedCreate,
): Promise<readonly PlanChange[]> {
  return await whenLimitsAreLive(engine, record, draftDifferences(record.draft, draft, blame));
}

/** Limits that the runtime of a container which runs cannot change. */
async function whenLimitsAreLive(
  engine: EngineContext,
  record: ContainerRecord,
  changes: readonly PlanChange[],
): Promise<readonly PlanChange[]> {
  const isLimit = ({ field }: PlanChange) => isWithin(field, 'resources');
  if (!isUp(record) || !changes.some(isLimit)) return changes;
  const cannot = await requireOf(engine, record, 'liveUpdate').then(
    () => false,
    (error: unknown) => {
      if (hasCode(error, 'PCH_RUNTIME_CANNOT')) return true;
      throw error;
    },
  );
  return cannot
    ? changes.map((change) => (isLimit(change) ? { ...change, applies: 'start' } : change))
    : changes;
}
