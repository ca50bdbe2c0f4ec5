import assert from 'node:assert/strict';
import { cpus } from 'node:os';
import { liveLimits, withoutMinusOne } from '../../../../core/contract/liveLimits.ts';

describe('the update of a running container to new limits', () => {
  it('is all that it is to have', () => {
    const to = { memory: { limit: 10, swap: 20 }, pids: { limit: 5 } };
    assert.deepEqual(liveLimits({}, to), to);
  });

  it('says "none" for what is no more', () => {
    const from = { memory: { limit: 10, swap: 20 }, cpu: { quota: 5, shares: 7 }, pids: { limit: 5 } };
    assert.deepEqual(liveLimits(from, { cpu: { quota: 6 } }), {
      memory: { limit: -1, swap: -1 },
      cpu: { quota: 6, shares: 1024 },
      pids: { limit: -1 },
    });
  });

  it('frees the CPUs and memory nodes that the host has', () => {
    const { cpu } = liveLimits({ cpu: { cpus: '0', mems: '0' } }, {});
    assert.match(String(cpu?.cpus), /^0/);
    assert.match(String(cpu?.mems), /^0/);
  });

  it('is nothing where nothing was and nothing is', () => {
    assert.deepEqual(liveLimits({}, {}), {});
  });

  it('in numbers: what limits nothing stands for -1', () => {
    const limits = { cpu: { quota: -1, period: 50_000 }, pids: { limit: -1 }, memory: { swap: -1 } };
    assert.deepEqual(withoutMinusOne(limits), {
      cpu: { quota: cpus().length * 50_000, period: 50_000 },
      pids: { limit: 4_194_304 },
      memory: { swap: -1 },
    });
    assert.equal(withoutMinusOne({ cpu: { quota: 5 }, memory: { swap: -1 } }), undefined);
  });
});
