import { join } from 'node:path';
import type { ContainerRecord, SnapshotChange } from '../../../hooks/engine.ts';
import { layerOf } from '../../apply/RootDisks.ts';
import { rootKeyOf } from '../../contract/rootKey.ts';
import type { RootOfDiff } from '../../files/protocol.ts';
import { detachIdle } from '../roots/detachIdle.ts';
import { type EngineContext, underLock } from '../shared/engineContext.ts';
import { imageOf } from './create.ts';
import { findSnapshot } from './names.ts';

/** Changes that are returned. */
const most = 20_000;

export async function diffSnapshots(
  engine: EngineContext,
  record: ContainerRecord,
  name: string,
  to: string | undefined,
): Promise<{ changes: SnapshotChange[]; truncated: boolean }> {
  // A snapshot that is being removed has files that are missing.
  return await underLock(engine, record, 'diff', async () => {
    const before = findSnapshot(record, name);
    const after =
      to === undefined ? { root: rootKeyOf(record), image: imageOf(record) } : findSnapshot(record, to);
    const { uidMappings, gidMappings } = record.draft;
    try {
      return await engine.files.diffRoots({
        before: await rootOf(engine, before.root, 'diff-before'),
        after: await rootOf(engine, after.root, 'diff-after'),
        isSameImage: before.image.id === after.image.id,
        most,
        uidMappings,
        gidMappings,
      });
    } finally {
      await detachIdle(engine, record);
    }
  });
}

async function rootOf({ disks, config }: EngineContext, key: string, name: string): Promise<RootOfDiff> {
  const mounts = await disks.mounts(key);
  return {
    snapshot: mounts[0]!,
    layer: layerOf(mounts),
    mountPoint: join(config.state, 'copy-up', `${key}.${name}`),
  };
}
