/** Ending what runs of a damaged container: by containerd's task of its id. All else stays for a restored record. */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { hasCode } from '../../../hooks/errors.ts';
import { ifFound, ignoreGone, TaskStatus } from '../../containerd/index.ts';
import { asOperation, emitContainer, type EngineContext } from '../shared/engineContext.ts';
import { notRunning } from '../task/refusals.ts';
import { killDeadlineMs, sigkill, signalNumber } from '../../contract/signals.ts';
import { stuck } from '../exits/killDeadline.ts';
import type { StopOptions } from '../verbs/planStop.ts';
import { alivePid } from './quarantine.ts';

/** Resolves to false if it did not run. */
export async function stopDamaged(
  engine: EngineContext,
  record: ContainerRecord,
  { signal, timeoutSeconds }: StopOptions,
): Promise<boolean> {
  const { stop } = record.draft;
  const number = signalNumber(signal ?? stop.signal);
  const seconds = timeoutSeconds ?? stop.timeoutSeconds;
  return await asOperation(engine, record.id, 'stop', async () => {
    if (!(await send(engine, record, number))) return false;
    if (!(await ends(engine, record, seconds < 0 ? 'none' : seconds * 1000))) {
      await send(engine, record, sigkill);
      if (!(await ends(engine, record, killDeadlineMs))) throw stuck(record);
    }
    emitContainer(engine, 'stop', record);
    return true;
  });
}

/** @throws PCH_CONTAINER_NOT_RUNNING */
export async function killDamaged(
  engine: EngineContext,
  record: ContainerRecord,
  signal = 'SIGKILL',
): Promise<void> {
  if (!(await send(engine, record, signalNumber(signal)))) throw notRunning(record);
}

/** Resolves to false if nothing runs. */
async function send(engine: EngineContext, record: ContainerRecord, signal: number): Promise<boolean> {
  const { tasks } = engine.client;
  const task = await ifFound(tasks.get(record.id));
  if (!task || alivePid(task) === 0) return false;
  emitContainer(engine, 'kill', record, { signal: String(signal) });
  await tasks.kill(record.id, signal).catch(ignoreGone);
  // A frozen process takes its signals when it is thawed.
  if (task.status === TaskStatus.PAUSED) await tasks.resume(record.id).catch(() => undefined);
  return true;
}

async function ends({ client }: EngineContext, { id, state }: ContainerRecord, deadlineMs: number | 'none') {
  try {
    await ifFound(client.tasks.wait(id, '', { deadlineMs }));
    state.pid = 0;
    return true;
  } catch (error) {
    if (hasCode(error, 'PCH_DEADLINE')) return false;
    throw error;
  }
}
