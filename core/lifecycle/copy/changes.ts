import type { ContainerRecord, RootChange } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { layerOf } from '../../apply/RootDisks.ts';
import { layerDirectories } from '../../containerd/api/layerDirectories.ts';
import { rootKeyOf } from '../../contract/rootKey.ts';
import { isUp } from '../../state/status.ts';
import { pouchMountPoints } from '../commit/added.ts';
import { detachIdle } from '../roots/detachIdle.ts';
import { settleCutOff } from '../roots/settleRoots.ts';
import { type EngineContext, underLock } from '../shared/engineContext.ts';

/** Changes that are listed: a list that is cut off would read like a whole one. */
const most = 1_000_000;

/** What a container has changed of its image. One that runs may change more meanwhile. */
export async function changes(engine: EngineContext, record: ContainerRecord): Promise<RootChange[]> {
  return await underLock(engine, record, 'diff', async () => {
    if (!isUp(record)) await settleCutOff(engine, record);
    try {
      return await changesOf(engine, record);
    } finally {
      await detachIdle(engine, record);
    }
  });
}

async function changesOf(engine: EngineContext, record: ContainerRecord): Promise<RootChange[]> {
  const mounts = await engine.disks.mounts(rootKeyOf(record));
  const layers = layerDirectories(mounts) ?? [layerOf(mounts)];
  const ignored = await pouchMountPoints(
    record,
    engine.images.files(await engine.images.find(record.draft.image.id)),
  );
  const { changes: found, truncated } = await engine.files.layerChanges({ layers, ignored, most });
  if (!truncated) return found;
  throw new PouchError(
    'PCH_COPY_REFUSED',
    `${record.name} has changed more than ${most} files of its image`,
    {
      container: record.id,
      hint: `pouch export ${record.name}`,
    },
  );
}
