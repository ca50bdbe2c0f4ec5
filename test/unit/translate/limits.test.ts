import assert from 'node:assert/strict';
import { limitEntries } from '../../../client/wire/limits.ts';
import { resourceLimitEntries } from '../../../hooks/index.ts';
import { resourcesOf } from '../../../translate/resources.ts';
import type { HostConfig } from '../../../client/wire.ts';

/** A value that every check accepts, in the API's form. */
const samples: Record<string, unknown> = {
  Memory: 64 * 2 ** 20,
  MemorySwap: 128 * 2 ** 20,
  MemoryReservation: 32 * 2 ** 20,
  CpuPeriod: 50_000,
  CpuQuota: 20_000,
  CpusetCpus: '0',
  CpusetMems: '0',
  OomKillDisable: true,
};
const rates = [{ Path: '/dev/sda', Rate: 1 }];
const weights = [{ Path: '/dev/sda', Weight: 10 }];

describe('the two tables of limits', () => {
  it('have the same limits', () => {
    const wire = limitEntries.map(([field]) => field as string);
    const engine = resourceLimitEntries.map(([, { api }]) => api);
    assert.deepEqual(engine.toSorted(), wire.toSorted());
  });

  for (const [field, { value }] of limitEntries)
    it(`${field} of a request reaches the engine`, () => {
      const ofDevices = value === 'weights' ? weights : value.endsWith('PerSecond') ? rates : undefined;
      const given = samples[field] ?? ofDevices ?? 20;
      const needed = field === 'MemorySwap' ? { Memory: samples['Memory'] } : {};
      const asked = resourcesOf({ ...needed, [field]: given } as HostConfig, {
        isLiteral: false,
        isPartial: false,
      });
      const name = resourceLimitEntries.find(([, { api }]) => api === field)![0];
      const path = '/dev/sda';
      const expected = new Map<unknown, unknown>([
        [rates, [{ path, rate: 1 }]],
        [weights, [{ path, weight: 10 }]],
      ]);
      assert.deepEqual(asked[name], expected.get(given) ?? given);
    });
});
