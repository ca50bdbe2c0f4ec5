import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf } from '../../../hooks/errors.ts';
import { ifFound, isProcessGone, TaskStatus } from '../../containerd/index.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { notRunning, paused } from './refusals.ts';

/**
 * Runs something that needs the container's task. Runtimes report in words of their own that it has ended meanwhile,
 * by itself or by a verb that runs beside this one.
 * @throws PCH_CONTAINER_NOT_FOUND, PCH_CONTAINER_NOT_RUNNING, PCH_CONFLICT if it was paused meanwhile
 */
export async function onTask<T>(
  engine: EngineContext,
  record: ContainerRecord,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // If it was removed too, this throws the error that says so.
    engine.store.get(record.id);
    const status = await statusOf(engine, record);
    if (/in a paused state/.test(messageOf(error))) throw paused(record);
    const mayBeUp = status === TaskStatus.RUNNING || status === TaskStatus.UNKNOWN;
    const isUp = mayBeUp && !isProcessGone(error);
    if (!isUp && status !== TaskStatus.PAUSED) throw notRunning(record);
    throw error;
  }
}

/** Resumes a paused container; succeeds if a verb that runs beside this one has resumed or ended it. */
export async function thaw(engine: EngineContext, record: ContainerRecord): Promise<void> {
  await engine.client.tasks.resume(record.id).catch(async (error: unknown) => {
    // runc's words; containerd may still call it paused while it dies.
    if (/container not paused/.test(messageOf(error))) return;
    if ((await statusOf(engine, record)) === TaskStatus.PAUSED) throw error;
  });
}

/** STOPPED too if containerd knows no such task. */
async function statusOf(engine: EngineContext, { id }: ContainerRecord): Promise<TaskStatus> {
  return (await ifFound(engine.client.tasks.get(id)))?.status ?? TaskStatus.STOPPED;
}
