import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf } from '../../../hooks/errors.ts';
import { isUp } from '../../state/status.ts';
import { happensWithin } from '../../wait/deadline.ts';
import { keepRecord } from '../shared/keepRecord.ts';
import { type EngineContext, underLock } from '../shared/engineContext.ts';
import { startLocked } from '../verbs/start.ts';

/** Milliseconds beyond the time that a stop has, after which one that still runs was not being stopped. */
const marginMs = 5000;

/**
 * Starts a container again that an upgrade, a rollback or a restore had stopped, or was stopping, when pouchd was
 * killed. An upgrade on trial starts its container by itself.
 */
export function resumeStopped(engine: EngineContext, record: ContainerRecord): void {
  if (!record.resumes || record.rollback?.trial) return;
  const started = engine.operations.apart(async () => {
    await untilStopped(engine, record);
    engine.restarts.cancel(record.id);
    await underLock(engine, record, 'start', async () => {
      if (!record.resumes) return;
      if (!isUp(record)) return await startLocked(engine, record);
      delete record.resumes;
      await keepRecord(engine, record);
    });
  });
  started.catch((error: unknown) => {
    if (!engine.shutdown.aborted)
      engine.log.error('a container was not started again', {
        container: record.id,
        error: messageOf(error),
      });
  });
}

/** It may have got its signal. */
async function untilStopped(engine: EngineContext, record: ContainerRecord): Promise<void> {
  if (!isUp(record)) return;
  const exited = engine.waiters.next('exit', record.id);
  await happensWithin(exited, Math.max(0, record.draft.stop.timeoutSeconds) * 1000 + marginMs);
}
