import assert from 'node:assert/strict';
import { parseStat } from '../../../../../core/lifecycle/stats/hostUsage.ts';
import { parseNetDev } from '../../../../../core/lifecycle/stats/interfaces.ts';

describe('counters below /proc', () => {
  it('stat: all CPUs together, and how many there are', () => {
    const text = 'cpu  1 2 3 4 5 6 7 8 100 200\ncpu0 1 1 1 1 1 1 1 1 0 0\ncpu1 0 1 2 3 4 5 6 7 0 0\nintr 5\n';
    assert.deepEqual(parseStat(text), { cpuNs: 36 * 1e7, onlineCpus: 2 });
  });

  it('net/dev: every interface but the loopback', () => {
    const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0
  eth0: 1234567      20    3    4    0     0          0         0    89012      15    6    7    0     0       0          0
`;
    assert.deepEqual(parseNetDev(text), {
      eth0: {
        rxBytes: 1234567,
        rxPackets: 20,
        rxErrors: 3,
        rxDropped: 4,
        txBytes: 89012,
        txPackets: 15,
        txErrors: 6,
        txDropped: 7,
      },
    });
    assert.deepEqual(parseNetDev(''), {});
  });
});
