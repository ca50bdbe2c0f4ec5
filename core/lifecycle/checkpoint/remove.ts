import type { ContainerRecord } from '../../../hooks/engine.ts';
import { type EngineContext, withLedger, underLock } from '../shared/engineContext.ts';
import { checkExists, effectKey, listCheckpoints, nameOfKey } from './names.ts';

export async function removeCheckpoint(
  engine: EngineContext,
  record: ContainerRecord,
  name: string,
): Promise<void> {
  await underLock(engine, record, 'remove a checkpoint', async () => {
    await checkExists(engine, record, name);
    await withLedger(engine, record.id, async (ledger) => {
      await ledger.begin('checkpoint');
      await ledger.revert(effectKey(name));
      await ledger.commit();
    });
  });
}

/** What a call that was cut off has left half made or half removed goes; what is complete stays. */
export async function settleCheckpoints(engine: EngineContext, record: ContainerRecord): Promise<void> {
  const complete = await listCheckpoints(engine, record);
  const isHalf = (key: string) => {
    const name = nameOfKey(key);
    return name !== undefined && !complete.includes(name);
  };
  await withLedger(engine, record.id, async (ledger) => {
    for (const key of ledger.pending('create').filter(isHalf)) await ledger.revert(key);
    await ledger.commit();
  });
}
