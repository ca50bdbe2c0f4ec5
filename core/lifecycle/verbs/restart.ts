import type { ContainerRecord } from '../../../hooks/engine.ts';
import { emitContainer, type EngineContext, underLock } from '../shared/engineContext.ts';
import { refuseWithGuests } from '../vm/placeInVm.ts';
import { startLocked } from './start.ts';
import { planStop, stopDraft, type StopOptions } from './planStop.ts';
import { stopLocked } from './stop.ts';

export async function restart(
  engine: EngineContext,
  record: ContainerRecord,
  options: StopOptions,
): Promise<void> {
  engine.restarts.cancel(record.id);
  const draft = stopDraft(record, 'restart', options);
  await underLock(engine, record, 'restart', async () => {
    refuseWithGuests(engine, record);
    await stopLocked(engine, record, await planStop(engine, draft));
    // What it has stopped it starts again.
    await engine.operations.uncancelled(() => startLocked(engine, record));
    emitContainer(engine, 'restart', record);
  });
}
