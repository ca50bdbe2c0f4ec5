import assert from 'node:assert/strict';
import { withoutHybridCgroups } from '../../../../../core/plan/runtime/withoutHybridCgroups.ts';
import type { ContainerDraft } from '../../../../../hooks/index.ts';

describe('withoutHybridCgroups', () => {
  it('replaces the container’s part of the v2 hierarchy, and nothing else', () => {
    const mounts = {
      '/sys/fs/cgroup/systemd': { type: 'bind', source: '/sys/fs/cgroup/unified/pouch/ID', options: ['rw'] },
      '/data': { type: 'bind', source: '/srv/data', options: [] },
    };
    withoutHybridCgroups({ mounts } as unknown as ContainerDraft);
    assert.deepEqual(mounts, {
      '/sys/fs/cgroup/systemd': { type: 'bind', source: '/sys/fs/cgroup/systemd/pouch/ID', options: ['rw'] },
      '/data': { type: 'bind', source: '/srv/data', options: [] },
    });
  });
});
