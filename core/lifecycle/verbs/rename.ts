import type { ContainerRecord } from '../../../hooks/engine.ts';
import { checkName } from './create.ts';
import { isUp } from '../../state/status.ts';
import { publishNames } from '../shared/networkNames.ts';
import { emitContainer, type EngineContext, underLock } from '../shared/engineContext.ts';

export async function rename(engine: EngineContext, record: ContainerRecord, name: string): Promise<void> {
  const wanted = checkName(name.replace(/^\//, ''));
  const reserved = engine.store.reserve(wanted);
  try {
    await underLock(engine, record, 'rename', async () => {
      const oldName = record.name;
      await engine.store.save({ ...record, name: wanted });
      engine.store.rename(record, wanted);
      if (isUp(record)) await publishNames(engine, record);
      emitContainer(engine, 'rename', record, { oldName });
    });
  } finally {
    reserved.release();
  }
}
