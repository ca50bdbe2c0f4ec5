import assert from 'node:assert/strict';
import { contentRefs, expiryLabel, rootLabel, snapshotRef } from '../../../../../core/containerd/index.ts';

describe('labels for the garbage collector', () => {
  it('refer to content and snapshots by their names', () => {
    assert.deepEqual(contentRefs({ config: 'sha256:a', 'l.0': 'sha256:b' }), {
      'containerd.io/gc.ref.content.config': 'sha256:a',
      'containerd.io/gc.ref.content.l.0': 'sha256:b',
    });
    assert.deepEqual(snapshotRef('overlayfs', 'sha256:c'), {
      'containerd.io/gc.ref.snapshot.overlayfs': 'sha256:c',
    });
  });

  it('hold times in RFC 3339 without a fraction', () => {
    const time = new Date('2024-01-02T03:04:05.678Z');
    assert.deepEqual(expiryLabel(time), { 'containerd.io/gc.expire': '2024-01-02T03:04:05Z' });
    assert.deepEqual(rootLabel(time), { 'containerd.io/gc.root': '2024-01-02T03:04:05Z' });
  });
});
