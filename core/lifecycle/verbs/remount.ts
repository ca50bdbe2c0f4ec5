import type { ContainerRecord } from '../../../hooks/engine.ts';
import { type EngineContext, underLock } from '../shared/engineContext.ts';
import { notRunning } from '../task/refusals.ts';
import { mountAgain } from '../task/mountInside.ts';

/** Mounts the late mounts of a container that runs again. @throws PCH_CONTAINER_NOT_RUNNING */
export async function remount(engine: EngineContext, record: ContainerRecord): Promise<void> {
  await underLock(engine, record, 'remount', async () => {
    const init = engine.inits.get(record.id);
    if (!init) throw notRunning(record);
    await mountAgain(engine, record, { name: record.name, init });
  });
}
