import type { ContainerRecord } from '../../../hooks/engine.ts';
import { withReserve } from '../../state/reserve.ts';
import { changingRoots } from '../roots/changeRoot.ts';
import { type EngineContext, underLock } from '../shared/engineContext.ts';
import { findSnapshot } from './names.ts';

export async function removeSnapshot(
  engine: EngineContext,
  record: ContainerRecord,
  name: string,
): Promise<void> {
  await underLock(engine, record, 'remove a snapshot', async () => {
    findSnapshot(record, name);
    await removeLocked(engine, record, [name]);
  });
}

/** The caller holds the container's lock. */
export async function removeLocked(
  engine: EngineContext,
  record: ContainerRecord,
  names: readonly string[],
): Promise<void> {
  const snapshots = (record.snapshots ?? []).filter(({ name }) => !names.includes(name));
  // On a full disk, too: it frees space.
  await withReserve(engine.config.root, () =>
    changingRoots(engine, record, 'snapshot', async () => {
      await engine.store.save({ ...record, snapshots });
      record.snapshots = snapshots;
    }),
  );
}
