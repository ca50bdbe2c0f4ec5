import { deepEqual, throws } from 'node:assert/strict';
import { legacySettings, type Setting, unifiedSettings } from '../../../../runlxc/cgroup/settings.ts';

const files = (settings: Setting[]) => Object.fromEntries(settings.map(({ file, value }) => [file, value]));

describe('resources in files', () => {
  const common = {
    memory: { limit: 64n, swap: 128, reservation: 32 },
    cpu: { shares: 1024, quota: 50_000, period: 100_000, cpus: '0-1' },
    pids: { limit: 10 },
  };

  it('of cgroup v1', () => {
    deepEqual(files(legacySettings(common)), {
      'memory.limit_in_bytes': '64',
      'memory.memsw.limit_in_bytes': '128',
      'memory.soft_limit_in_bytes': '32',
      'cpu.shares': '1024',
      'cpu.cfs_period_us': '100000',
      'cpu.cfs_quota_us': '50000',
      'cpuset.cpus': '0-1',
      'pids.max': '10',
    });
  });

  it('of cgroup v2, with swap apart from memory and shares as weight', () => {
    deepEqual(files(unifiedSettings({ ...common, unified: { 'memory.high': '60' } })), {
      'memory.max': '64',
      'memory.swap.max': '64',
      'memory.low': '32',
      'memory.high': '60',
      'cpu.weight': '39',
      'cpu.max': '50000 100000',
      'cpuset.cpus': '0-1',
      'pids.max': '10',
    });
  });

  it('are omitted for zero, which is Go’s unset value', () => {
    deepEqual(legacySettings({ memory: { limit: 0 }, cpu: { shares: 0 }, pids: { limit: 0 } }), []);
  });

  it('have max or -1 for no limit', () => {
    const unlimited = { memory: { limit: -1, swap: -1 }, pids: { limit: -1 } };
    deepEqual(files(legacySettings(unlimited))['memory.limit_in_bytes'], '-1');
    deepEqual(files(unifiedSettings(unlimited)), {
      'memory.max': 'max',
      'memory.swap.max': 'max',
      'pids.max': 'max',
    });
  });

  it('that the host’s version does not support are errors with the field', () => {
    throws(() => legacySettings({ unified: { 'memory.high': '1' } }), /linux\.resources\.unified/);
    throws(
      () => unifiedSettings({ memory: { disableOOMKiller: true } }),
      /linux\.resources\.memory\.disableOOMKiller/,
    );
    throws(() => unifiedSettings({ memory: { swap: 10 } }), /linux\.resources\.memory\.swap/);
    throws(() => unifiedSettings({ unified: { '../x': '1' } }), /must be a file name/);
  });
});
