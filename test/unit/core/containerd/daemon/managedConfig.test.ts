import assert from 'node:assert/strict';
import { managedConfig } from '../../../../../core/containerd/daemon/managedConfig.ts';

const options = { root: '/r', state: '/s', address: '/s/containerd.sock', snapshotter: 'overlayfs' };

describe('the configuration of a managed containerd', () => {
  it('disables Kubernetes and the snapshotters that are not in use', () => {
    assert.match(managedConfig(options), /io\.containerd\.grpc\.v1\.cri/);
    assert.match(managedConfig(options), /io\.containerd\.snapshotter\.v1\.btrfs/);
    const btrfs = managedConfig({ ...options, snapshotter: 'btrfs' });
    assert.doesNotMatch(btrfs, /io\.containerd\.snapshotter\.v1\.btrfs/);
  });

  it('quotes paths', () => {
    assert.match(managedConfig({ ...options, root: '/a "b"\\c' }), /^root = "\/a \\"b\\"\\\\c"$/m);
  });
});
