import type { ContainerRecord, MadeSnapshot, RootSnapshot } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { rootKeyOf } from '../../contract/rootKey.ts';
import { isUp } from '../../state/status.ts';
import { storedPlanOf } from '../../state/planFiles.ts';
import { changeRoot, newRootKey, planWithRoot, withRoot } from '../roots/changeRoot.ts';
import { checkSpace } from '../roots/layerSpace.ts';
import { settleCutOff } from '../roots/settleRoots.ts';
import { emitContainer, type EngineContext, underLock } from '../shared/engineContext.ts';
import { keepRecord } from '../shared/keepRecord.ts';
import { planStop, stopDraft } from '../verbs/planStop.ts';
import { startLocked } from '../verbs/start.ts';
import { stopLocked } from '../verbs/stop.ts';
import { refuseWithGuests } from '../vm/placeInVm.ts';
import { imageOf } from './create.ts';
import { checkNewSnapshot, findSnapshot, newSnapshotName } from './names.ts';

/** The root file system that the container has becomes a snapshot, and it gets a copy of that of the snapshot. */
export async function restoreSnapshot(
  engine: EngineContext,
  record: ContainerRecord,
  name: string,
  { restart = false }: { restart?: boolean },
): Promise<MadeSnapshot> {
  engine.restarts.cancel(record.id);
  return await underLock(engine, record, 'restore', async () => {
    const snapshot = findSnapshot(record, name);
    checkImage(record, snapshot);
    const wasUp = isUp(record);
    if (wasUp && !restart) throw running(record);
    const saved = newSnapshotName(record, 'before-restore-');
    checkNewSnapshot(record, saved);
    await settleCutOff(engine, record);
    await checkSpace(engine, record, snapshot.root);
    if (wasUp) await stopFor(engine, record);
    await engine.operations.uncancelled(async () => {
      try {
        await exchange(engine, record, snapshot, saved);
      } finally {
        if (wasUp) await startLocked(engine, record);
      }
    });
    emitContainer(engine, 'restore', record, { snapshot: name, saved });
    return { name: saved, frozenMs: 0 };
  });
}

/** Stops a container that the caller starts again; if pouchd is killed meanwhile, the next one does. */
export async function stopFor(engine: EngineContext, record: ContainerRecord): Promise<void> {
  refuseWithGuests(engine, record);
  const plan = await planStop(engine, stopDraft(record, 'restart', {}));
  record.resumes = true;
  try {
    await engine.store.save(record);
    await stopLocked(engine, record, plan);
  } catch (error) {
    delete record.resumes;
    await keepRecord(engine, record);
    throw error;
  }
}

async function exchange(
  engine: EngineContext,
  record: ContainerRecord,
  { root: from }: RootSnapshot,
  saved: string,
): Promise<void> {
  const key = newRootKey(record);
  const kept: RootSnapshot = {
    name: saved,
    root: rootKeyOf(record),
    createdAt: new Date().toISOString(),
    image: imageOf(record),
    cause: 'restore',
  };
  const next = withRoot({ ...record, snapshots: [...(record.snapshots ?? []), kept] }, key);
  const plan = planWithRoot(await storedPlanOf(record), key);
  await changeRoot(engine, record, { record: next, plan, root: { key, from } });
}

function checkImage({ id, name, draft }: ContainerRecord, { name: snapshot, image }: RootSnapshot): void {
  if (image.id === draft.image.id) return;
  throw new PouchError(
    'PCH_CONFLICT',
    `the snapshot ${snapshot} is of the image ${image.reference}, and ${name} has ${draft.image.reference}`,
    {
      container: id,
      hint: `return to that image first: pouch rollback ${name}, or pouch upgrade ${name} to ${image.id}`,
    },
  );
}

function running({ id, name }: ContainerRecord): PouchError {
  return new PouchError('PCH_CONTAINER_RUNNING', `cannot restore ${name}: it is running`, {
    container: id,
    hint: `stop it first: pouch stop ${name}; or have it restarted for that`,
  });
}
