import assert from 'node:assert/strict';
import { addMounts, hasMounts } from '../../../../plugins/lxcfs/mounts.ts';

describe('the mounts of lxcfs', () => {
  const mounts = () => {
    const draft = { mounts: { '/proc/uptime': { type: 'bind', source: '/mine', options: ['bind'] } } };
    addMounts(draft, '/run/lxcfs');
    return draft;
  };

  it('are made late, and in no place that is taken', () => {
    const { mounts: all } = mounts() as { mounts: Record<string, { source: string; options: string[] }> };
    assert.equal(all['/proc/uptime']?.source, '/mine');
    assert.deepEqual(all['/proc/meminfo'], {
      type: 'bind',
      source: '/run/lxcfs/proc/meminfo',
      options: ['bind', 'ro', 'late'],
    });
    assert.equal(all['/sys/devices/system/cpu/online']?.source, '/run/lxcfs/sys/devices/system/cpu/online');
  });

  it('are known by where they come from', () => {
    assert.equal(hasMounts(mounts(), '/run/lxcfs'), true);
    assert.equal(hasMounts(mounts(), '/run/lx'), false);
    assert.equal(hasMounts({ mounts: {} }, '/run/lxcfs'), false);
  });
});
