/** Processes that the kernel kills for want of memory: told when it happens, and known of a container that has ended. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf } from '../../../hooks/errors.ts';
import type { ContainerdClient } from '../../containerd/index.ts';
import { keepRecord } from '../shared/keepRecord.ts';
import { emitContainer, type EngineContext } from '../shared/engineContext.ts';
import { isUp } from '../../state/status.ts';

/** Milliseconds before the next try to hear containerd's events. */
const retryMs = 1000;

/** Hears containerd tell of such processes until the daemon ends; never throws. */
export async function watchOom(engine: EngineContext, client: ContainerdClient): Promise<void> {
  const filters = [`namespace==${client.namespace},topic=="/tasks/oom"`];
  while (!engine.shutdown.aborted) {
    try {
      for await (const told of await client.events.subscribe(filters, { signal: engine.shutdown }))
        if (told.type === 'TaskOOM') onOom(engine, told.event.containerId);
    } catch (error) {
      engine.log.debug('no events of containerd', { error: messageOf(error) });
    }
    await delay(retryMs, undefined, { signal: engine.shutdown }).catch(() => undefined);
  }
}

function onOom(engine: EngineContext, id: string): void {
  if (!engine.store.has(id)) return;
  const record = engine.store.get(id);
  if (!isUp(record) && record.state.oomKilled) return;
  emitContainer(engine, 'oom', record);
  if (isUp(record)) engine.oomKilled.add(id);
  // Not awaited: another container's event may be next.
  else
    void noteLate(engine, record).catch((error: unknown) =>
      engine.log.error('a kill could not be noted', { container: id, error: messageOf(error) }),
    );
}

/** containerd does not tell the end of a task and this in a fixed order. */
async function noteLate(engine: EngineContext, record: ContainerRecord): Promise<void> {
  await engine.locks.run(record.id, 'note a kill', async () => {
    if (record.state.status !== 'exited' || record.state.oomKilled || !engine.store.has(record.id)) return;
    record.state.oomKilled = true;
    if (!record.draft.autoRemove) await keepRecord(engine, record);
  });
}

/**
 * Notes it of the life that has just ended, and tells it unless that was done. `kills` is the kernel's own count: containerd hears
 * nothing where the task is a monitor, but a scope of systemd, and its count, is gone with its last process.
 */
export function settleOom(engine: EngineContext, record: ContainerRecord, kills: number): void {
  const isTold = engine.oomKilled.delete(record.id);
  if (kills > 0 && !isTold) emitContainer(engine, 'oom', record);
  record.state.oomKilled = kills > 0 || isTold;
}
