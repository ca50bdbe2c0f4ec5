/**
 * The time between the start with another image and the verdict on its health. The record says that it lasts, so that
 * a pouchd that is restarted continues it. No lock is held meanwhile.
 */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import { isUp } from '../../state/status.ts';
import { keepRecord } from '../shared/keepRecord.ts';
import { type EngineContext, underLock } from '../shared/engineContext.ts';
import { stopFor } from '../snapshots/restore.ts';
import { startLocked } from '../verbs/start.ts';
import { returnToOld } from './rollback.ts';
import { untilHealthy } from './untilHealthy.ts';

/** @throws PCH_UPGRADE_UNHEALTHY; then the container has its old image again, and runs */
export async function endTrial(
  engine: EngineContext,
  record: ContainerRecord,
  from: { reference: string },
): Promise<void> {
  const { trial, at } = record.rollback ?? {};
  if (!trial) return;
  const problem = await untilHealthy(engine, record, trial);
  await underLock(engine, record, 'upgrade', async () => {
    // A rollback has been asked for meanwhile.
    if (record.rollback?.at !== at || !record.rollback?.trial) return;
    // Its user has stopped it: nothing says that the new image is bad.
    if (problem === undefined || record.stoppedByUser) {
      delete record.rollback.trial;
      return await keepRecord(engine, record);
    }
    await rollBack(engine, record, problem);
    throw unhealthy(record, problem, from.reference);
  });
}

/** Continues those that the last pouchd has not ended, and starts the container if it had not come that far. */
export function resumeTrial(engine: EngineContext, record: ContainerRecord): void {
  const { trial, image } = record.rollback ?? {};
  if (!trial) return;
  const ended = engine.operations.apart(async () => {
    if (!isUp(record) && !record.stoppedByUser) await startAgain(engine, record);
    await endTrial(engine, record, image!);
  });
  ended.catch((error: unknown) => {
    if (!engine.shutdown.aborted)
      engine.log.error('an upgrade', { container: record.id, error: messageOf(error) });
  });
}

/** One that cannot start is rolled back, as one that ends is. */
async function startAgain(engine: EngineContext, record: ContainerRecord): Promise<void> {
  engine.restarts.cancel(record.id);
  await underLock(engine, record, 'upgrade', () => startLocked(engine, record)).catch((error: unknown) => {
    if (engine.shutdown.aborted) throw error;
    engine.log.warn('the start of an upgrade', { container: record.id, error: messageOf(error) });
  });
}

async function rollBack(engine: EngineContext, record: ContainerRecord, reason: string): Promise<void> {
  engine.restarts.cancel(record.id);
  await engine.operations.uncancelled(async () => {
    // One that has ended may still have to be cleaned up.
    await stopFor(engine, record);
    await returnToOld(engine, record, { reason });
    await startLocked(engine, record);
  });
}

function unhealthy({ id, name }: ContainerRecord, problem: string, image: string): PouchError {
  return new PouchError(
    'PCH_UPGRADE_UNHEALTHY',
    `${name} was not healthy with the new image: ${problem}; it has ${image} again`,
    {
      container: id,
      hint: `pouch logs ${name} has what it wrote; try again with a longer time, or another image`,
    },
  );
}
