import assert from 'node:assert/strict';
import { Metrics as Cgroup1 } from '../../../../core/containerd/gen/metrics/cgroup1.ts';
import { Metrics as Cgroup2 } from '../../../../core/containerd/gen/metrics/cgroup2.ts';
import { Metric } from '../../../../core/containerd/gen/types/metric.ts';
import { readMetric } from '../../../../core/containerd/index.ts';

function metric(typeUrl: string, value: Uint8Array): Metric {
  return Metric.create({ id: 'c', data: { typeUrl, value: Buffer.from(value) } });
}

describe('metrics of a task', () => {
  it('of cgroup v1 are read, and the limits that mean none are undefined', () => {
    const data = Cgroup1.create({
      cpu: {
        usage: { total: 30, user: 20, kernel: 10 },
        throttling: { periods: 1, throttledPeriods: 2, throttledTime: 3 },
      },
      // What the kernel shows for a cgroup without a limit: above 2^53.
      memory: {
        usage: { usage: 100, limit: '9223372036854771712' },
        swap: { usage: 130 },
        totalInactiveFile: 40,
      },
      pids: { current: 5, limit: '0' },
      blkio: {
        ioServiceBytesRecursive: [
          { op: 'Read', value: 1 },
          { op: 'Read', value: 2 },
          { op: 'Write', value: 4 },
          { op: 'Total', value: 7 },
        ],
      },
    });
    assert.deepEqual(readMetric(metric('io.containerd.cgroups.v1.Metrics', Cgroup1.encode(data).finish())), {
      cpu: { totalNs: 30, userNs: 20, systemNs: 10, periods: 1, throttledPeriods: 2, throttledNs: 3 },
      memory: { usageBytes: 100, limitBytes: undefined, inactiveFileBytes: 40, swapBytes: 30 },
      pids: { current: 5, limit: undefined },
      io: { readBytes: 3, writtenBytes: 4 },
    });
  });

  it('of cgroup v2 are read in the same units', () => {
    const data = Cgroup2.create({
      cpu: { usageUsec: 30, userUsec: 20, systemUsec: 10, nrPeriods: 1, nrThrottled: 2, throttledUsec: 3 },
      memory: { usage: 100, usageLimit: '1000', swapUsage: 30, inactiveFile: 40 },
      pids: { current: 5, limit: '18446744073709551615' },
      io: { usage: [{ rbytes: 1, wbytes: 4 }, { rbytes: 2 }] },
    });
    assert.deepEqual(readMetric(metric('io.containerd.cgroups.v2.Metrics', Cgroup2.encode(data).finish())), {
      cpu: {
        totalNs: 30_000,
        userNs: 20_000,
        systemNs: 10_000,
        periods: 1,
        throttledPeriods: 2,
        throttledNs: 3_000,
      },
      memory: { usageBytes: 100, limitBytes: 1000, inactiveFileBytes: 40, swapBytes: 30 },
      pids: { current: 5, limit: undefined },
      io: { readBytes: 3, writtenBytes: 4 },
    });
  });

  it('of another kind are undefined', () => {
    assert.equal(readMetric(metric('kata.Metrics', Buffer.from(''))), undefined);
    assert.equal(readMetric(Metric.create()), undefined);
  });
});
