import type { ContainerRecord, EffectOrigin } from '../../../hooks/engine.ts';
import { formatPath, isWithin } from '../../plugins/index.ts';
import { isUp } from '../../state/status.ts';
import { storedPlanOf } from '../../state/planFiles.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { effects, notFound } from './effects.ts';

/** Returns who planned an effect of a container, with what arguments, and since when the host has it. */
export async function explainEffect(
  engine: EngineContext,
  record: ContainerRecord,
  key: string,
): Promise<EffectOrigin> {
  const found = (await effects(engine, record)).find((effect) => effect.key === key);
  if (!found) throw notFound(record, key);
  const { secrets } = engine;
  const { draft } = record;
  const field = formatPath(['effects', key]);
  const { blame } = await storedPlanOf(record);
  const planned = draft.effects[key];
  const since = found.state === 'applied' ? await sinceOf(engine, record, found) : undefined;
  return {
    ...found,
    args: secrets.data(planned?.args ?? {}, ['effects', key, 'args'], draft),
    needs: planned?.needs ?? [],
    blame: secrets.blame(
      blame.filter((entry) => isWithin(entry.field, field)),
      draft,
    ),
    ...(since !== undefined && { since }),
  };
}

/** An effect of the host has the time in its record. */
async function sinceOf(
  { hostRecords }: EngineContext,
  record: ContainerRecord,
  { key, stage }: { key: string; stage: 'create' | 'start' },
): Promise<string | undefined> {
  const own = await hostRecords.find({ container: record.id, key });
  if (own) return own.since;
  if (stage === 'create') return record.createdAt;
  return isUp(record) ? record.state.startedAt : undefined;
}
