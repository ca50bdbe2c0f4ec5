import type { ContainerRecord, HealthGate, Upgrade, UpgradeOptions } from '../../../hooks/engine.ts';
import { messageOf, PouchError, toPouchError } from '../../../hooks/errors.ts';
import { field } from '../../../hooks/fields.ts';
import { withProfiles } from '../../plan/profiles/chosenProfiles.ts';
import { rootKeyOf } from '../../contract/rootKey.ts';
import { withReserve } from '../../state/reserve.ts';
import { isUp } from '../../state/status.ts';
import { changeRoot, newRootKey } from '../roots/changeRoot.ts';
import { checkSpare } from '../roots/layerSpace.ts';
import { settleCutOff } from '../roots/settleRoots.ts';
import { emitContainer, type EngineContext, underLock } from '../shared/engineContext.ts';
import { historyOf } from '../shared/historyOf.ts';
import { shownChanges } from '../shared/shownChanges.ts';
import { imageOf } from '../snapshots/create.ts';
import { stopFor } from '../snapshots/restore.ts';
import { newRecord } from '../verbs/create.ts';
import { startLocked } from '../verbs/start.ts';
import { refuseWithGuests } from '../vm/placeInVm.ts';
import { withImage } from './imageHistory.ts';
import { gateOf } from './gate.ts';
import { keptPaths } from './keptPaths.ts';
import { type PlannedUpgrade, planUpgrade, refused } from './planUpgrade.ts';
import { returnToOld } from './rollback.ts';
import { endTrial } from './trial.ts';

/** Gives a container another image. One that ran is started again, and has its old image if it is not healthy then. */
export async function upgrade(
  engine: EngineContext,
  record: ContainerRecord,
  options: UpgradeOptions,
): Promise<Upgrade> {
  const gate = gateOf(record, options.health ?? {});
  const from = imageOf(record);
  engine.restarts.cancel(record.id);
  const done = await underLock(engine, record, 'upgrade', async () => {
    checkState(record);
    await settleCutOff(engine, record);
    return await planAndApply(engine, record, options, gate);
  });
  if (done.restarted) await engine.operations.uncancelled(() => endTrial(engine, record, from));
  return done;
}

async function planAndApply(
  engine: EngineContext,
  record: ContainerRecord,
  { image, keep = [], dryRun = false, profiles }: UpgradeOptions,
  gate: HealthGate,
): Promise<Upgrade> {
  const root = newRootKey(record);
  return await engine.generations.use(async (current) => {
    const generation = withProfiles(current, profiles);
    const made = await planUpgrade(engine, record, { image, root }, generation, { isShown: dryRun });
    try {
      const paths = keptPaths(made.planned.draft, keep);
      const report = reportOf(engine, record, made);
      if (dryRun) return { ...report, outcome: 'planned', kept: paths };
      return { ...report, ...(await apply(engine, record, made, { root, paths, gate })) };
    } catch (error) {
      made.planned.abandon();
      throw error;
    }
  });
}

interface Wanted {
  root: string;
  paths: string[];
  gate: HealthGate;
}

/** If it cannot be done, the container runs again as before. */
async function apply(
  engine: EngineContext,
  record: ContainerRecord,
  { planned }: PlannedUpgrade,
  { root, paths, gate }: Wanted,
): Promise<Pick<Upgrade, 'kept' | 'restarted'>> {
  refuseWithGuests(engine, record);
  await checkSpare(engine, record);
  const from = rootKeyOf(record);
  const parent = (await engine.images.get(planned.draft.image.id)).chainId;
  const wasUp = isUp(record);
  if (wasUp) await stopFor(engine, record);
  return await engine.operations.uncancelled(async () => {
    const next = nextRecord(engine, record, planned, wasUp ? gate : undefined);
    const { draft: _draft, request: _request, abandon: _abandon, ...plan } = planned;
    let kept: string[];
    try {
      kept = await changeRoot(engine, record, {
        record: next,
        plan,
        root: { key: root, parent, from, paths },
      });
      if (wasUp) await startLocked(engine, record);
    } catch (error) {
      await takeBack(engine, record, { root, wasUp, error });
      throw error;
    }
    emitContainer(engine, 'upgrade', record, { from: next.rollback!.image.reference });
    return { kept, restarted: wasUp };
  });
}

/** The old image again, if the container has the new one already. */
async function takeBack(
  engine: EngineContext,
  record: ContainerRecord,
  { root, wasUp, error }: { root: string; wasUp: boolean; error: unknown },
): Promise<void> {
  try {
    if (rootKeyOf(record) === root) await returnToOld(engine, record, { reason: messageOf(error) });
    if (wasUp) await withReserve(engine.config.root, () => startLocked(engine, record));
  } catch (failure) {
    throw new PouchError(
      toPouchError(error).code,
      `${messageOf(error)}; and ${record.name} was not started again: ${messageOf(failure)}`,
      {
        container: record.id,
        cause: failure,
        hint: `pouch start ${record.name}, or pouch rollback ${record.name}`,
      },
    );
  }
}

function nextRecord(
  engine: EngineContext,
  record: ContainerRecord,
  planned: PlannedUpgrade['planned'],
  trial: HealthGate | undefined,
): ContainerRecord {
  const at = new Date().toISOString();
  const image = imageOf(record);
  const fresh = newRecord(engine, planned);
  return {
    ...fresh,
    ...historyOf(record),
    rollback: { root: rootKeyOf(record), image, at, ...(trial && { trial }) },
    images: withImage(record, fresh, at),
  };
}

function reportOf(
  { secrets }: EngineContext,
  record: ContainerRecord,
  { planned, changes }: PlannedUpgrade,
): Upgrade {
  const { id, name, draft } = record;
  return {
    container: id,
    name,
    outcome: 'upgraded',
    from: imageOf(record),
    to: imageOf({ ...record, draft: planned.draft }),
    changes: shownChanges(secrets, changes, draft),
    kept: [],
    restarted: false,
  };
}

function checkState(record: ContainerRecord): void {
  const { status } = record.state;
  if (status === 'paused')
    throw refused(record, 'it is paused', `resume it first: pouch unpause ${record.name}`);
  if (record.draft.autoRemove)
    throw refused(record, `it is removed at its end (${field('autoRemove')})`, 'create it again');
  if (record.rollback?.trial)
    throw refused(record, 'an upgrade of it is not over', 'wait for its end, or roll back');
  if (status !== 'removing' && status !== 'dead' && status !== 'restarting') return;
  throw refused(
    record,
    `it is ${status}`,
    status === 'restarting' ? 'try again once it runs, or stop it' : 'remove it',
  );
}
