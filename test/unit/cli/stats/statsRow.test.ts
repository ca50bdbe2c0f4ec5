import assert from 'node:assert/strict';
import { statsRow, unknownRow } from '../../../../cli/stats/statsRow.ts';
import type { CpuStats, StatsResponse } from '../../../../client/index.ts';

const none = { periods: 0, throttled_periods: 0, throttled_time: 0 };
const cpu = (own: number, host?: number): CpuStats => ({
  cpu_usage: { total_usage: own, usage_in_kernelmode: 0, usage_in_usermode: 0 },
  ...(host !== undefined && { system_cpu_usage: host, online_cpus: 2 }),
  throttling_data: none,
});
const noBlocks = Object.fromEntries(
  [
    'io_service_bytes',
    'io_serviced',
    'io_queue',
    'io_service_time',
    'io_wait_time',
    'io_merged',
    'io_time',
    'sectors',
  ].map((name) => [`${name}_recursive`, null]),
) as StatsResponse['blkio_stats'];

function stats(more: Partial<StatsResponse> = {}): StatsResponse {
  return {
    id: 'ab'.repeat(32),
    name: '/box',
    read: '',
    preread: '',
    pids_stats: { current: 3 },
    blkio_stats: noBlocks,
    num_procs: 0,
    storage_stats: {},
    cpu_stats: cpu(300, 2000),
    precpu_stats: cpu(100, 1000),
    memory_stats: { usage: 50 * 2 ** 20, limit: 100 * 2 ** 20, stats: {} },
    ...more,
  };
}

describe('a row of `pouch stats`', () => {
  const row = (more: Partial<StatsResponse> = {}) => statsRow(stats(more), { truncate: true });

  it('has the usage of CPUs, above 100% for more than one', () => {
    assert.equal(row()['CPUPerc'], '40.00%');
    assert.equal(row({ cpu_stats: cpu(1000, 2000) })['CPUPerc'], '180.00%');
  });

  it('has a CPU usage of 0 for the first sample', () => {
    assert.equal(row({ precpu_stats: cpu(0) })['CPUPerc'], '0.00%');
  });

  it('counts memory without the reclaimable cache, on cgroup v1 and v2', () => {
    assert.equal(row()['MemUsage'], '50MiB / 100MiB');
    for (const name of ['total_inactive_file', 'inactive_file'])
      assert.equal(
        row({ memory_stats: { usage: 50 * 2 ** 20, limit: 2 ** 30, stats: { [name]: 20 * 2 ** 20 } } })[
          'MemUsage'
        ],
        '30MiB / 1GiB',
      );
    assert.equal(row()['MemPerc'], '50.00%');
  });

  it('sums up networks and block devices', () => {
    const counters = {
      rx_packets: 0,
      rx_errors: 0,
      rx_dropped: 0,
      tx_packets: 0,
      tx_errors: 0,
      tx_dropped: 0,
    };
    const networks = {
      eth0: { ...counters, rx_bytes: 1000, tx_bytes: 1 },
      eth1: { ...counters, rx_bytes: 500, tx_bytes: 1 },
    };
    const device = { major: 8, minor: 0 };
    const blockStats = {
      ...noBlocks,
      io_service_bytes_recursive: [
        { ...device, op: 'Read', value: 2000 },
        { ...device, op: 'write', value: 7 },
        { ...device, op: 'Total', value: 2007 },
      ],
    };
    assert.equal(row({ networks })['NetIO'], '1.5kB / 2B');
    assert.equal(row({ blkio_stats: blockStats })['BlockIO'], '2kB / 7B');
  });

  it('is zero for a stopped container, and unknown before the first sample', () => {
    assert.equal(row({ memory_stats: {}, pids_stats: {} })['MemUsage'], '0B / 0B');
    assert.equal(unknownRow('box')['CPUPerc'], '--');
  });

  it('has the short or the full id', () => {
    assert.equal(row()['ID'], 'abababababab');
    assert.equal(statsRow(stats(), { truncate: false })['ID'], 'ab'.repeat(32));
  });
});
