import assert from 'node:assert/strict';
import type { SnapshotUsage } from '../../../../../core/containerd/index.ts';
import { LayerUsage } from '../../../../../core/images/store/LayerUsage.ts';
import { PouchError } from '../../../../../hooks/index.ts';

describe('the sizes of layers', () => {
  const unpacked = new Map([['a', 5]]);
  let calls = 0;
  const usage = new LayerUsage({
    snapshots: {
      async usage(key): Promise<SnapshotUsage> {
        calls += 1;
        const size = unpacked.get(key);
        if (size === undefined) throw new PouchError('PCH_CONTAINERD_NOT_FOUND', key);
        return { size, inodes: 1 };
      },
    },
  });

  it('are empty until all layers are unpacked, and then measured once', async () => {
    assert.deepEqual(await usage.of(['a', 'b']), []);
    unpacked.set('b', 7);
    assert.deepEqual(await usage.of(['a', 'b']), [5, 7]);
    const before = calls;
    assert.deepEqual(await usage.of(['a', 'b']), [5, 7]);
    assert.deepEqual(await usage.of([]), []);
    assert.equal(calls, before);
  });
});
