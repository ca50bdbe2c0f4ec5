import type { ContainerRecord, StoredPlan } from '../../../hooks/engine.ts';
import { messageOf } from '../../../hooks/errors.ts';
import type { RootArgs } from '../../apply/effects/root.ts';
import type { Ledger } from '../../apply/Ledger.ts';
import { otherRoots, rootEffectKey, rootKey, rootKeyOf, rootNumber } from '../../contract/rootKey.ts';
import { checkStorable } from '../../state/containerRecord.ts';
import { storedPlanOf } from '../../state/planFiles.ts';
import { writeRootState } from '../../state/rootStates.ts';
import { type EngineContext, withLedger } from '../shared/engineContext.ts';
import { settleRoots } from './settleRoots.ts';

/** What takes the place of a container that does not run. */
export interface NextLife {
  /** Its effects name its root file system. */
  record: ContainerRecord;
  plan: StoredPlan;
  /** Makes that root file system; missing if it exists. */
  root?: RootArgs;
}

/**
 * Puts another root file system, and another plan, in the place of those of a container which does not run. The save
 * of the record commits it: a daemon that is killed before that leaves the old life, and after that the next one
 * finishes with the new one. Resolves to the paths that were kept.
 */
export async function changeRoot(
  engine: EngineContext,
  record: ContainerRecord,
  { record: next, plan, root }: NextLife,
): Promise<string[]> {
  checkStorable(next);
  return await changingRoots(engine, record, 'upgrade', async (ledger) => {
    await writeRootState(rootNumber(rootKeyOf(record)), { record, plan: await storedPlanOf(record) });
    await writeRootState(rootNumber(rootKeyOf(next)), { record: next, plan });
    const { diskQuota: quota } = next.draft;
    const made = root && { ...root, ...(quota !== undefined && { quota }) };
    const kept = made ? await makeRoot(engine, ledger, made) : [];
    await engine.store.save(next);
    take(record, next);
    return kept;
  });
}

/** Runs what changes the record of a container as a verb of its ledger, and settles the rest, also of a failure. */
export async function changingRoots<T>(
  engine: EngineContext,
  record: ContainerRecord,
  verb: 'snapshot' | 'upgrade',
  change: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  return await withLedger(engine, record.id, async (ledger) => {
    await ledger.begin(verb);
    const changed = await change(ledger).catch(async (error: unknown) => {
      await settleRoots(engine, record, ledger).catch((failure: unknown) => report(engine, record, failure));
      throw error;
    });
    await settleRoots(engine, record, ledger);
    return changed;
  });
}

async function makeRoot(engine: EngineContext, ledger: Ledger, root: RootArgs): Promise<string[]> {
  const key = rootEffectKey(root.key);
  await ledger.apply({ [key]: { kind: 'root', stage: 'create', args: root } }, engine.shutdown);
  return (ledger.results()[key] as string[] | undefined) ?? [];
}

/** The record is the same object for all who know the container. */
function take(record: ContainerRecord, next: ContainerRecord): void {
  for (const key of Object.keys(record)) if (!(key in next)) delete record[key as keyof ContainerRecord];
  Object.assign(record, next);
}

/** Key of a root file system that the container does not have yet. */
export function newRootKey(record: ContainerRecord): string {
  const numbers = [rootKeyOf(record), ...otherRoots(record)].map(rootNumber);
  return rootKey(record.id, Math.max(...numbers) + 1);
}

/** The record with another root file system. */
export function withRoot(record: ContainerRecord, key: string): ContainerRecord {
  const { effects } = record.draft;
  const snapshot = effects['snapshot']!;
  const changed = { ...snapshot, args: { ...snapshot.args, key } };
  return { ...record, draft: { ...record.draft, effects: { ...effects, snapshot: changed } } };
}

/** The same of a plan. */
export function planWithRoot<P extends Pick<StoredPlan, 'effects'>>(plan: P, key: string): P {
  const effects = plan.effects.map((effect) =>
    effect.key === 'snapshot' ? { ...effect, args: { ...effect.args, key } } : effect,
  );
  return { ...plan, effects };
}

function report({ log }: EngineContext, { id }: ContainerRecord, error: unknown): void {
  // It stays on the books: the next such call, or the next start of the daemon, comes back to it.
  log.error('a change of the root file system was not taken back', {
    container: id,
    error: messageOf(error),
  });
}
