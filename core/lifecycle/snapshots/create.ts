import type { ContainerRecord, MadeSnapshot, RootSnapshot, SnapshotOptions } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { layerOf } from '../../apply/RootDisks.ts';
import { rootEffectKey, rootKeyOf } from '../../contract/rootKey.ts';
import { changingRoots, newRootKey } from '../roots/changeRoot.ts';
import { frozen } from '../roots/frozen.ts';
import { checkSpace } from '../roots/layerSpace.ts';
import { settleCutOff } from '../roots/settleRoots.ts';
import { emitContainer, type EngineContext, underLock } from '../shared/engineContext.ts';
import { checkNewSnapshot, newSnapshotName } from './names.ts';

/** Copies the writable layer of a container. A failure leaves nothing. */
export async function createSnapshot(
  engine: EngineContext,
  record: ContainerRecord,
  { snapshotName }: SnapshotOptions,
): Promise<MadeSnapshot> {
  return await underLock(engine, record, 'snapshot', () =>
    snapshotLocked(engine, record, { name: snapshotName ?? newSnapshotName(record), cause: 'user' }),
  );
}

/** The caller holds the container's lock. */
export async function snapshotLocked(
  engine: EngineContext,
  record: ContainerRecord,
  { name, cause }: Pick<RootSnapshot, 'name' | 'cause'>,
): Promise<MadeSnapshot> {
  checkState(record);
  checkNewSnapshot(record, name);
  await settleCutOff(engine, record);
  const from = rootKeyOf(record);
  await checkSpace(engine, record, from);
  const root = newRootKey(record);
  const made = { name, root, createdAt: new Date().toISOString(), image: imageOf(record), cause };
  const frozenMs = await apply(engine, record, { key: root, from }, made);
  emitContainer(engine, 'snapshot', record, { snapshot: name });
  return { name, frozenMs };
}

async function apply(
  engine: EngineContext,
  record: ContainerRecord,
  { key, from }: { key: string; from: string },
  made: RootSnapshot,
): Promise<number> {
  const { client, disks, files, shutdown } = engine;
  return await changingRoots(engine, record, 'snapshot', async (ledger) => {
    const { parent } = await client.snapshots.stat(from);
    const effects = {
      [rootEffectKey(key)]: { kind: 'root', stage: 'create' as const, args: { key, parent } },
    };
    let layers = { from: '', to: '' };
    let synced: Promise<void> | undefined;
    const prepare = async () => {
      await ledger.apply(effects, shutdown);
      const [source, target] = [await disks.mounts(from), await disks.mounts(key)];
      layers = { from: layerOf(source), to: layerOf(target) };
    };
    const copy = async () => {
      await files.copyLayer(layers, shutdown);
      // The container need not wait for the disk.
      synced = files.syncTree(layers.to, shutdown);
      synced.catch(() => undefined);
    };
    const frozenMs = await frozen(engine, record, copy, prepare);
    await synced;
    const snapshots = [...(record.snapshots ?? []), made];
    await engine.store.save({ ...record, snapshots });
    record.snapshots = snapshots;
    return frozenMs;
  });
}

export function imageOf({ draft }: ContainerRecord): { reference: string; id: string } {
  const { reference, id } = draft.image;
  return { reference, id };
}

function checkState({ id, name, state }: ContainerRecord): void {
  const { status } = state;
  if (status !== 'removing' && status !== 'dead') return;
  throw new PouchError('PCH_CONFLICT', `cannot snapshot ${name}: it is ${status}`, {
    container: id,
    hint: `pouch rm -f ${name}`,
  });
}
