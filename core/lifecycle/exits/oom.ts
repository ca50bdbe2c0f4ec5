/** The OOM killer: its kills are reported as events, and recorded in the state of the container. */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf } from '../../../hooks/errors.ts';
import type { ContainerdClient } from '../../containerd/index.ts';
import { keepRecord } from '../shared/keepRecord.ts';
import { emitContainer, type EngineContext } from '../shared/engineContext.ts';
import { isUp } from '../../state/status.ts';
import { pause } from '../../wait/pause.ts';

/** Milliseconds before the next subscription to containerd's events. */
const retryMs = 1000;

/** Subscribes to containerd's OOM events until the daemon ends; never throws. */
export async function watchOom(engine: EngineContext, client: ContainerdClient): Promise<void> {
  const filters = [`namespace==${client.namespace},topic=="/tasks/oom"`];
  while (!engine.shutdown.aborted) {
    try {
      for await (const received of await client.events.subscribe(filters, { signal: engine.shutdown }))
        if (received.type === 'TaskOOM') onOom(engine, received.event.containerId);
    } catch (error) {
      engine.log.debug('no events of containerd', { error: messageOf(error) });
    }
    await pause(retryMs, engine.shutdown);
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

/** containerd reports the end of a task and an OOM kill in any order. */
async function noteLate(engine: EngineContext, record: ContainerRecord): Promise<void> {
  await engine.locks.run(record.id, 'note a kill', async () => {
    if (record.state.status !== 'exited' || record.state.oomKilled || !engine.store.has(record.id)) return;
    record.state.oomKilled = true;
    if (!record.draft.autoRemove) await keepRecord(engine, record);
  });
}

/**
 * Records whether the OOM killer ended a process of the run that has just ended, and emits the event unless that was
 * done. `kills` is the kernel's count: containerd reports no kill where the task is a monitor, and a systemd scope's
 * count is gone with its last process.
 */
export function settleOom(engine: EngineContext, record: ContainerRecord, kills: number): void {
  const isReported = engine.oomKilled.delete(record.id);
  if (kills > 0 && !isReported) emitContainer(engine, 'oom', record);
  record.state.oomKilled = kills > 0 || isReported;
}
