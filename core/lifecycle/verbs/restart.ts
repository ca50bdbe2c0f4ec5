import type { ContainerRecord } from '../../../hooks/engine.ts';
import { emitContainer, type EngineContext, underLock } from '../shared/EngineContext.ts';
import { refuseWithGuests } from '../vm/placeInVm.ts';
import { signalNumber } from '../../contract/signals.ts';
import { startLocked } from './start.ts';
import { type StopOptions, stopLocked } from './stop.ts';

export async function restart(
  engine: EngineContext,
  record: ContainerRecord,
  options: StopOptions,
): Promise<void> {
  engine.restarts.cancel(record.id);
  const signal = signalNumber(options.signal ?? record.draft.stop.signal);
  await underLock(engine, record, 'restart', async () => {
    refuseWithGuests(engine, record);
    await stopLocked(engine, record, signal, options.timeoutSeconds);
    await startLocked(engine, record);
    emitContainer(engine, 'restart', record);
  });
}
