import type { ContainerRecord, ContainerStatus } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { keepRecord } from '../shared/keepRecord.ts';
import { emitContainer, type EngineContext, underLock } from '../shared/engineContext.ts';
import { onTask } from '../task/onTask.ts';
import { requireOf } from '../task/requireFeature.ts';

/** Freezes every process of a running container. */
export function pause(engine: EngineContext, record: ContainerRecord): Promise<void> {
  const freeze = () => engine.client.tasks.pause(record.id);
  return change(engine, record, 'running', 'paused', () => engine.execStarts.pause(record.id, freeze));
}

export function unpause(engine: EngineContext, record: ContainerRecord): Promise<void> {
  return change(engine, record, 'paused', 'running', () => engine.client.tasks.resume(record.id));
}

async function change(
  engine: EngineContext,
  record: ContainerRecord,
  from: ContainerStatus,
  to: ContainerStatus,
  apply: () => Promise<void>,
): Promise<void> {
  const verb = to === 'paused' ? 'pause' : 'unpause';
  await underLock(engine, record, verb, async () => {
    if (record.state.status !== from)
      throw new PouchError('PCH_CONFLICT', `cannot ${verb} ${record.name}: it is ${record.state.status}`, {
        container: record.id,
        hint: `the container must be ${from}`,
      });
    await requireOf(engine, record, 'pause');
    await onTask(engine, record, apply);
    record.state.status = to;
    await keepRecord(engine, record);
    emitContainer(engine, verb, record);
  });
}
