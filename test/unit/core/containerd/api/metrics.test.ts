import assert from 'node:assert/strict';
import { Metrics as Cgroup1 } from '../../../../../core/containerd/gen/metrics/cgroup1.ts';
import { Metrics as Cgroup2 } from '../../../../../core/containerd/gen/metrics/cgroup2.ts';
import { Metric } from '../../../../../core/containerd/gen/types/metric.ts';
import { readMetric } from '../../../../../core/containerd/index.ts';

function metric(typeUrl: string, value: Uint8Array): Metric {
  return Metric.create({ id: 'c', data: { typeUrl, value: Buffer.from(value) } });
}

describe('metrics of a task', () => {
  it('of cgroup v1 are read, and the limits that mean none are undefined', () => {
    const data = Cgroup1.create({
      cpu: {
        usage: { total: 30, user: 20, kernel: 10, perCpu: [10, 20] },
        throttling: { periods: 1, throttledPeriods: 2, throttledTime: 3 },
      },
      // What the kernel shows for a cgroup without a limit: above 2^53.
      memory: {
        usage: { usage: 100, limit: '9223372036854771712', max: 110, failcnt: 2 },
        swap: { usage: 130 },
        totalInactiveFile: 40,
        pgpgin: 6,
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
    const usage = readMetric(metric('io.containerd.cgroups.v1.Metrics', Cgroup1.encode(data).finish()))!;
    const { details, ...memory } = usage.memory;
    assert.deepEqual(usage.cpu, {
      totalNs: 30,
      userNs: 20,
      systemNs: 10,
      perCpuNs: [10, 20],
      periods: 1,
      throttledPeriods: 2,
      throttledNs: 3,
    });
    assert.deepEqual(memory, {
      usageBytes: 100,
      maxUsageBytes: 110,
      limitBytes: undefined,
      inactiveFileBytes: 40,
      swapBytes: 30,
      failures: 2,
    });
    assert.deepEqual(usage.pids, { current: 5, limit: undefined });
    assert.deepEqual([usage.io.readBytes, usage.io.writtenBytes], [3, 4]);
    assert.deepEqual(usage.io.devices['io_service_bytes']?.[0], { major: 0, minor: 0, op: 'Read', value: 1 });
    // The kernel's own names, all 32 of memory.stat.
    assert.deepEqual([details['total_inactive_file'], details['pgpgin']], [40, 6]);
    assert.equal(Object.keys(details).length, 32);
  });

  it('of cgroup v2 are read in the same units', () => {
    const data = Cgroup2.create({
      cpu: { usageUsec: 30, userUsec: 20, systemUsec: 10, nrPeriods: 1, nrThrottled: 2, throttledUsec: 3 },
      memory: { usage: 100, usageLimit: '1000', swapUsage: 30, inactiveFile: 40 },
      memoryEvents: { max: 2 },
      pids: { current: 5, limit: '18446744073709551615' },
      io: { usage: [{ major: 8, rbytes: 1, wbytes: 4, rios: 9 }, { rbytes: 2 }] },
    });
    const usage = readMetric(metric('io.containerd.cgroups.v2.Metrics', Cgroup2.encode(data).finish()))!;
    const { details, ...memory } = usage.memory;
    assert.deepEqual(usage.cpu, {
      totalNs: 30_000,
      userNs: 20_000,
      systemNs: 10_000,
      perCpuNs: [],
      periods: 1,
      throttledPeriods: 2,
      throttledNs: 3_000,
    });
    assert.deepEqual(memory, {
      usageBytes: 100,
      maxUsageBytes: 0,
      limitBytes: 1000,
      inactiveFileBytes: 40,
      swapBytes: 30,
      failures: 2,
    });
    assert.deepEqual(usage.pids, { current: 5, limit: undefined });
    assert.deepEqual([usage.io.readBytes, usage.io.writtenBytes], [3, 4]);
    assert.deepEqual(usage.io.devices['io_serviced']?.[0], { major: 8, minor: 0, op: 'Read', value: 9 });
    assert.equal(details['inactive_file'], 40);
    assert.equal(Object.keys(details).length, 31);
  });

  it('of another kind are undefined', () => {
    assert.equal(readMetric(metric('kata.Metrics', Buffer.from(''))), undefined);
    assert.equal(readMetric(Metric.create()), undefined);
  });
});
