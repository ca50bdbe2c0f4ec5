import type { ContainerRecord } from '../../hooks/engine.ts';
import { PouchError } from '../../hooks/errors.ts';
import { isContainerdError } from '../containerd/index.ts';
import { emitContainer, type Kernel } from './kernel.ts';
import { signalNumber } from './signals.ts';

const SIGKILL = 9;

/** Sends a signal to PID 1. Needs no lock: it must get through to a container that hangs in another verb. */
export async function kill(kernel: Kernel, record: ContainerRecord, signal = 'SIGKILL'): Promise<void> {
  const number = signalNumber(signal);
  if (!['running', 'paused'].includes(record.state.status)) throw notRunning(record);
  await kernel.client.tasks.kill(record.id, number).catch((error: unknown) => {
    if (isContainerdError(error, 'PCH_CONTAINERD_NOT_FOUND')) throw notRunning(record);
    throw error;
  });
  // Whoever ends a container does not want its restart policy to bring it back.
  if (number === SIGKILL || number === signalNumber(record.draft.stop.signal)) record.stoppedByUser = true;
  // A frozen process dies when it is thawed; where the runtime has done that already, this fails.
  if (number === SIGKILL && record.state.status === 'paused')
    await kernel.client.tasks.resume(record.id).catch(() => {});
  emitContainer(kernel, 'kill', record, { signal: String(number) });
}

export function notRunning(record: ContainerRecord): PouchError {
  return new PouchError('PCH_CONTAINER_NOT_RUNNING', `the container ${record.name} is not running`, {
    container: record.id,
    hint: `start it: pouch start ${record.name}`,
  });
}
