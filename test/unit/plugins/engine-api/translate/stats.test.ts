import assert from 'node:assert/strict';
import type { StatsSample } from '../../../../../hooks/index.ts';
import { toStats } from '../../../../../plugins/engine-api/translate/container/stats.ts';

const sample: StatsSample = {
  readAt: '2026-01-01T00:00:01.000Z',
  host: { cpuNs: 1000, onlineCpus: 4, memory: 1 << 30 },
  networks: {},
  cgroup: '1',
  cpu: {
    totalNs: 9,
    userNs: 5,
    systemNs: 4,
    perCpuNs: [4, 5],
    periods: 1,
    throttledPeriods: 2,
    throttledNs: 3,
  },
  memory: {
    usageBytes: 100,
    maxUsageBytes: 200,
    limitBytes: undefined,
    inactiveFileBytes: 40,
    swapBytes: 0,
    failures: 6,
    details: { cache: 1, total_inactive_file: 40 },
  },
  pids: { current: 5, limit: 7 },
  io: {
    readBytes: 1,
    writtenBytes: 2,
    devices: { io_service_bytes: [{ major: 8, minor: 0, op: 'Read', value: 1 }] },
  },
};
const of = (now?: StatsSample, before?: StatsSample) =>
  toStats({ id: 'c1', name: 'box', ...(now && { now }), ...(before && { before }) });

describe('samples in Docker’s form', () => {
  it('of cgroup v1 have every field that clients read', () => {
    const stats = of(sample, { ...sample, readAt: '2026-01-01T00:00:00.000Z' });
    assert.deepEqual(
      [stats.name, stats.read, stats.preread],
      ['/box', sample.readAt, '2026-01-01T00:00:00.000Z'],
    );
    assert.deepEqual(stats.cpu_stats, {
      cpu_usage: { total_usage: 9, percpu_usage: [4, 5], usage_in_kernelmode: 4, usage_in_usermode: 5 },
      system_cpu_usage: 1000,
      online_cpus: 4,
      throttling_data: { periods: 1, throttled_periods: 2, throttled_time: 3 },
    });
    assert.deepEqual(stats.memory_stats, {
      usage: 100,
      max_usage: 200,
      failcnt: 6,
      stats: sample.memory.details,
      limit: 1 << 30,
    });
    assert.deepEqual(stats.pids_stats, { current: 5, limit: 7 });
    assert.deepEqual(stats.blkio_stats.io_service_bytes_recursive, [
      { major: 8, minor: 0, op: 'Read', value: 1 },
    ]);
    assert.equal(stats.blkio_stats.sectors_recursive, null);
    assert.equal(stats.networks, undefined);
  });

  it('of cgroup v2 have no maximum, and operations in lower case', () => {
    const stats = of({ ...sample, cgroup: '2', cpu: { ...sample.cpu, perCpuNs: [] } });
    assert.equal('max_usage' in stats.memory_stats, false);
    assert.equal('percpu_usage' in stats.cpu_stats.cpu_usage, false);
    assert.equal(stats.blkio_stats.io_service_bytes_recursive?.[0]?.op, 'read');
  });

  it('list the interfaces by name', () => {
    const counters = { rxPackets: 1, rxErrors: 2, rxDropped: 3, txPackets: 4, txErrors: 5, txDropped: 6 };
    const stats = of({ ...sample, networks: { eth0: { ...counters, rxBytes: 7, txBytes: 8 } } });
    assert.deepEqual(stats.networks?.['eth0'], {
      rx_bytes: 7,
      rx_packets: 1,
      rx_errors: 2,
      rx_dropped: 3,
      tx_bytes: 8,
      tx_packets: 4,
      tx_errors: 5,
      tx_dropped: 6,
    });
  });

  it('of a stopped container have the id, the name and zeros', () => {
    const stats = of();
    assert.equal(stats.read, '0001-01-01T00:00:00Z');
    assert.equal(stats.cpu_stats.cpu_usage.total_usage, 0);
    assert.deepEqual([stats.memory_stats, stats.pids_stats], [{}, {}]);
  });
});
