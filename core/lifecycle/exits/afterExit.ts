/**
 * What follows the end of a container, whether a user asked for it or not: its clean-up, then removal, restart or
 * rest.
 */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { hasNoFilesLeft, messageOf, PouchError } from '../../../hooks/errors.ts';
import { retry } from '../../wait/retry.ts';
import { asOperation, type EngineContext } from '../shared/engineContext.ts';
import { removeLocked } from '../verbs/remove.ts';
import { restartAfterExit } from './restartPolicy.ts';
import { cleanUpLocked } from './cleanUp.ts';

/** The next daemon or verb does what still fails after the last of them. */
const cleanUpPausesMs = [200, 400, 800, 1_600, 3_200, 6_400];

/** Called with every container that has ended: see EngineContext.onEnded. */
export async function afterExit(engine: EngineContext, record: ContainerRecord): Promise<void> {
  await retried(engine, record, () =>
    asOperation(engine, record.id, 'clean up', () => settleLocked(engine, record)),
  );
}

async function settleLocked(engine: EngineContext, record: ContainerRecord): Promise<void> {
  // A verb that got the lock first may have cleaned up, or started it again.
  if (record.state.status === 'running' || !engine.store.has(record.id)) return;
  await cleanUpLocked(engine, record);
  await removeOrRestart(engine, record);
}

/** Removes a container that ended, schedules its restart, or leaves it. The caller holds its lock. */
export async function removeOrRestart(engine: EngineContext, record: ContainerRecord): Promise<void> {
  if (record.draft.autoRemove) await removeLocked(engine, record, { volumes: true });
  else await restartAfterExit(engine, record);
}

/**
 * No caller repeats this clean-up when containerd is being restarted, a helper was killed, or no descriptor is left
 * for a moment.
 */
async function retried(
  engine: EngineContext,
  { id }: ContainerRecord,
  work: () => Promise<void>,
): Promise<void> {
  const isWorthIt = (error: unknown) => {
    const code = error instanceof PouchError ? error.code : '';
    const passes = /^PCH_(CONTAINERD_|FILE_WORKER$)/.test(code) || hasNoFilesLeft(error);
    if (passes)
      engine.log.warn('the clean-up after an exit is repeated', { container: id, error: messageOf(error) });
    return passes;
  };
  await retry(work, { pausesMs: cleanUpPausesMs, isWorthIt, signal: engine.shutdown });
}
