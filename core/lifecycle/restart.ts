import type { ContainerRecord } from '../../hooks/engine.ts';
import { emitContainer, type Kernel, underLock } from './kernel.ts';
import { refuseWithGuests } from './machine.ts';
import { signalNumber } from '../contract/signals.ts';
import { startLocked } from './start.ts';
import { type StopOptions, stopLocked } from './stop.ts';

export async function restart(kernel: Kernel, record: ContainerRecord, options: StopOptions): Promise<void> {
  kernel.restarts.cancel(record.id);
  const signal = signalNumber(options.signal ?? record.draft.stop.signal);
  await underLock(kernel, record, 'restart', async () => {
    refuseWithGuests(kernel, record);
    await stopLocked(kernel, record, signal, options.timeoutSeconds);
    await startLocked(kernel, record);
    emitContainer(kernel, 'restart', record);
  });
}
