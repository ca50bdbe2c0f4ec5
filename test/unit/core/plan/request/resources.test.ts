import assert from 'node:assert/strict';
import type { ResourceRequest } from '../../../../../hooks/limits.ts';
import { requested } from '../support.ts';

describe('limits in a request', () => {
  const limits = async (resources: ResourceRequest) => (await requested({ resources })).resources;
  const mib = 1024 * 1024;

  it('that are missing, or 0, set nothing', async () => {
    assert.deepEqual(await limits({}), {});
    assert.deepEqual(await limits({ memory: 0, cpuShares: 0, pids: 0, blkioWeight: 0 }), {});
  });

  it('memory brings as much swap, unless something else is asked for', async () => {
    assert.deepEqual((await limits({ memory: 64 * mib })).memory, { limit: 64 * mib, swap: 128 * mib });
    assert.deepEqual((await limits({ memory: 64 * mib, memorySwap: 64 * mib })).memory, {
      limit: 64 * mib,
      swap: 64 * mib,
    });
    assert.equal((await limits({ memory: 64 * mib, memorySwap: -1 })).memory?.swap, -1);
  });

  it('CPUs are a quota of the period', async () => {
    assert.deepEqual((await limits({ nanoCpus: 1.5e9 })).cpu, { quota: 150_000, period: 100_000 });
    assert.deepEqual((await limits({ cpuQuota: 20_000, cpuPeriod: 50_000, cpusetCpus: '0-1' })).cpu, {
      quota: 20_000,
      period: 50_000,
      cpus: '0-1',
    });
  });

  const wrong: [string, ResourceRequest, RegExp][] = [
    ['memory below what a process needs', { memory: mib }, /at least 6/],
    ['swap below memory', { memory: 64 * mib, memorySwap: 32 * mib }, /swap/],
    [
      'a rate of a path that is not a disk',
      { blkioDeviceReadBps: [{ path: '/dev/null', rate: mib }] },
      /block device/,
    ],
    ['two forms of a CPU limit', { nanoCpus: 1e9, cpuQuota: 1000 }, /excludes/],
  ];
  for (const [what, resources, message] of wrong)
    it(`${what} is refused`, async () => {
      await assert.rejects(limits(resources), { code: 'PCH_OPTION_INVALID', message });
    });
});
