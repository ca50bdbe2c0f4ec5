import type { ContainerRecord, Rollback } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { rootKeyOf, rootNumber } from '../../contract/rootKey.ts';
import { isUp } from '../../state/status.ts';
import { readRootState } from '../../state/rootStates.ts';
import { changeRoot, changingRoots } from '../roots/changeRoot.ts';
import { settleCutOff } from '../roots/settleRoots.ts';
import { emitContainer, type EngineContext, underLock } from '../shared/engineContext.ts';
import { imageOf } from '../snapshots/create.ts';
import { stopFor } from '../snapshots/restore.ts';
import { withImage } from './imageHistory.ts';
import { startLocked } from '../verbs/start.ts';

/** Returns a container to what it was before its upgrade. What it is now can be returned to in the same way. */
export async function rollback(engine: EngineContext, record: ContainerRecord): Promise<Rollback> {
  engine.restarts.cancel(record.id);
  return await underLock(engine, record, 'rollback', async () => {
    const from = imageOf(record);
    await settleCutOff(engine, record);
    await oldState(record);
    const wasUp = isUp(record);
    if (wasUp) await stopFor(engine, record);
    await engine.operations.uncancelled(async () => {
      try {
        await returnToOld(engine, record, { isKept: true });
      } finally {
        if (wasUp) await startLocked(engine, record);
      }
    });
    const { id, name } = record;
    return { container: id, name, from, to: imageOf(record), restarted: wasUp };
  });
}

/** The container cannot be rolled back any more. */
export async function forget(engine: EngineContext, record: ContainerRecord): Promise<void> {
  await underLock(engine, record, 'rollback', async () => {
    await settleCutOff(engine, record);
    if (!record.rollback) throw nothing(record);
    if (record.rollback.trial) throw onTrial(record);
    await changingRoots(engine, record, 'snapshot', async () => {
      const { rollback: _rollback, ...rest } = record;
      await engine.store.save(rest);
      delete record.rollback;
    });
  });
}

/**
 * Puts the old root file system and plan in the place of the present ones, which stay if they are kept. The caller
 * holds the container's lock, and it does not run.
 */
export async function returnToOld(
  engine: EngineContext,
  record: ContainerRecord,
  { isKept = false, reason }: { isKept?: boolean; reason?: string },
): Promise<void> {
  const old = await oldState(record);
  const at = new Date().toISOString();
  const { rollback: _rollback, ...present } = record;
  const { request, draft, degraded, warnings, updates } = old.record;
  const { updates: _updates, ...rest } = present;
  const next: ContainerRecord = {
    ...rest,
    ...{ request, draft, degraded, warnings },
    ...(updates && { updates }),
    ...(isKept && { rollback: { root: rootKeyOf(record), image: imageOf(record), at } }),
    images: withImage(record, old.record, at),
  };
  await changeRoot(engine, record, { record: next, plan: old.plan });
  emitContainer(engine, 'rollback', record, {
    from: imageOf({ ...record, draft: present.draft }).reference,
    ...(reason !== undefined && { reason }),
  });
}

async function oldState(record: ContainerRecord) {
  if (!record.rollback) throw nothing(record);
  const state = await readRootState(record, rootNumber(record.rollback.root));
  if (state) return state;
  throw new PouchError('PCH_CONTAINER_DAMAGED', `what ${record.name} was before its upgrade cannot be read`, {
    container: record.id,
    hint: `upgrade it to the image ${record.rollback.image.reference}`,
  });
}

function nothing({ id, name }: ContainerRecord): PouchError {
  return new PouchError('PCH_ROLLBACK_NOT_FOUND', `${name} has nothing to roll back to`, {
    container: id,
    hint: 'it was not upgraded, or what it was before is forgotten: pouch upgrade gives it another image',
  });
}

function onTrial({ id, name }: ContainerRecord): PouchError {
  return new PouchError('PCH_CONFLICT', `it is not known yet whether ${name} is healthy`, {
    container: id,
    hint: 'wait for the end of its upgrade',
  });
}
