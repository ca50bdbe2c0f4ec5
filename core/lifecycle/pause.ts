import type { ContainerRecord, ContainerStatus } from '../../hooks/engine.ts';
import { PouchError } from '../../hooks/errors.ts';
import { keepRecord } from './keepRecord.ts';
import { emitContainer, type Kernel, underLock } from './kernel.ts';
import { onTask } from './onTask.ts';
import { requireOf } from './requireFeature.ts';

/** Freezes every process of a running container. */
export function pause(kernel: Kernel, record: ContainerRecord): Promise<void> {
  return change(kernel, record, 'running', 'paused', () => kernel.client.tasks.pause(record.id));
}

export function unpause(kernel: Kernel, record: ContainerRecord): Promise<void> {
  return change(kernel, record, 'paused', 'running', () => kernel.client.tasks.resume(record.id));
}

async function change(
  kernel: Kernel,
  record: ContainerRecord,
  from: ContainerStatus,
  to: ContainerStatus,
  apply: () => Promise<void>,
): Promise<void> {
  const verb = to === 'paused' ? 'pause' : 'unpause';
  await underLock(kernel, record, verb, async () => {
    if (record.state.status !== from)
      throw new PouchError('PCH_CONFLICT', `cannot ${verb} ${record.name}: it is ${record.state.status}`, {
        container: record.id,
        hint: `the container must be ${from}`,
      });
    await requireOf(kernel, record, 'pause');
    await onTask(kernel, record, apply);
    record.state.status = to;
    await keepRecord(kernel, record);
    emitContainer(kernel, verb, record);
  });
}
