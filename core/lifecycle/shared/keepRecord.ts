import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf } from '../../../hooks/errors.ts';
import { isDiskFull, withReserve } from '../../state/reserve.ts';
import { pause } from '../../wait/pause.ts';
import type { EngineContext } from './engineContext.ts';

/** Milliseconds before the next try to save a record that found no space. */
const retryMs = 2000;

/** Records that are to be saved once there is space. */
const unsaved = new WeakSet<ContainerRecord>();

/**
 * Saves what has happened to a container and cannot be refused: its end, or that it is frozen. On a full disk the
 * record is right in memory, and saved when there is space again.
 */
export async function keepRecord(engine: EngineContext, record: ContainerRecord): Promise<void> {
  try {
    await withReserve(engine.config.root, () => engine.store.save(record));
    unsaved.delete(record);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    if (unsaved.has(record)) return;
    engine.log.error('disk full: the state of a container is kept in memory only', {
      container: record.id,
      error: messageOf(error),
    });
    unsaved.add(record);
    void saveLater(engine, record);
  }
}

async function saveLater(engine: EngineContext, record: ContainerRecord): Promise<void> {
  const { log, shutdown, store } = engine;
  while (unsaved.has(record) && store.has(record.id) && !shutdown.aborted) {
    await pause(retryMs, shutdown);
    await engine.locks
      .run(record.id, 'save', () => saveAgain(engine, record))
      .catch((error: unknown) => {
        if (isDiskFull(error)) return;
        unsaved.delete(record);
        log.error('the state of a container is not saved', { container: record.id, error: messageOf(error) });
      });
  }
  unsaved.delete(record);
}

async function saveAgain({ log, store }: EngineContext, record: ContainerRecord): Promise<void> {
  if (!store.has(record.id)) return;
  await store.save(record);
  unsaved.delete(record);
  log.info('the state of a container is saved again', { container: record.id });
}
