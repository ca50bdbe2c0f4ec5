import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf } from '../../../hooks/errors.ts';
import type { EngineContext } from '../shared/EngineContext.ts';
import { startLocked } from '../verbs/start.ts';

/** Docker's figures: the delay doubles from 100 ms to a minute, and begins anew after ten seconds of running. */
const firstDelayMs = 100;
const longestDelayMs = 60_000;
const healthyAfterMs = 10_000;

/** Whether a container that has ended by itself is to be started again. */
export function wantsRestart({ draft, state, restartCount, stoppedByUser }: ContainerRecord): boolean {
  if (stoppedByUser) return false;
  const { name, maximumRetryCount } = draft.restart;
  if (name === 'always' || name === 'unless-stopped') return true;
  if (name !== 'on-failure' || state.exitCode === 0) return false;
  return maximumRetryCount === 0 || restartCount < maximumRetryCount;
}

/** Schedules the restart that the policy asks for, if any. The caller holds the container's lock. */
export function restartAfterExit(engine: EngineContext, record: ContainerRecord): void {
  if (engine.shutdown.aborted || !wantsRestart(record)) return;
  if (ranWell(record)) record.restartCount = 0;
  const delay = Math.min(firstDelayMs * 2 ** record.restartCount, longestDelayMs);
  record.state.status = 'restarting';
  engine.restarts.schedule(record.id, delay, () => void restartNow(engine, record));
}

async function restartNow(engine: EngineContext, record: ContainerRecord): Promise<void> {
  await engine.locks
    .run(record.id, 'restart', async () => {
      if (record.state.status !== 'restarting') return;
      record.restartCount += 1;
      await startLocked(engine, record);
    })
    .catch((error: unknown) => {
      engine.log.warn('restart by policy failed', { container: record.id, error: messageOf(error) });
      restartAfterExit(engine, record);
    });
}

function ranWell({ state }: ContainerRecord): boolean {
  return Date.parse(state.finishedAt) - Date.parse(state.startedAt) > healthyAfterMs;
}
