import assert from 'node:assert/strict';
import { diskQuotaObstacle } from '../../../../core/host/diskQuota.ts';

describe('what keeps a host from limiting root file systems', () => {
  const host = { snapshotter: 'overlayfs', isInstalled: () => true, exists: () => true };

  it('is another snapshotter, a missing program, or a kernel without loop devices', () => {
    assert.equal(diskQuotaObstacle(host), undefined);
    assert.match(diskQuotaObstacle({ ...host, snapshotter: 'native' })!, /native/);
    assert.match(diskQuotaObstacle({ ...host, isInstalled: (name) => name !== 'mkfs.ext4' })!, /mkfs\.ext4/);
    assert.match(diskQuotaObstacle({ ...host, exists: () => false })!, /loop-control/);
  });
});
