/** Samples in Docker's form; as in Docker, fields are zero or missing for a container without a process. */
import type {
  BlkioEntry,
  BlkioField,
  CpuStats,
  MemoryStats,
  NetworkStats,
  StatsResponse,
} from '../../../../client/wire.ts';
import type { ContainerStats, InterfaceCounters, StatsSample } from '../../../../hooks/index.ts';
import { never } from './time.ts';

export function toStats({ id, name, now, before }: ContainerStats): StatsResponse {
  return {
    read: now?.readAt ?? never,
    preread: before?.readAt ?? never,
    pids_stats: now ? { current: now.pids.current, ...(now.pids.limit && { limit: now.pids.limit }) } : {},
    blkio_stats: blkio(now),
    num_procs: 0,
    storage_stats: {},
    cpu_stats: cpu(now),
    precpu_stats: cpu(before),
    memory_stats: now ? memory(now) : {},
    name: `/${name}`,
    id,
    ...(now && hasFields(now.networks) && { networks: networks(now.networks) }),
  };
}

function hasFields(record: object): boolean {
  return Object.keys(record).length > 0;
}

function cpu(sample: StatsSample | undefined): CpuStats {
  const used = sample?.cpu;
  return {
    cpu_usage: {
      total_usage: used?.totalNs ?? 0,
      ...(used && used.perCpuNs.length > 0 && { percpu_usage: used.perCpuNs }),
      usage_in_kernelmode: used?.systemNs ?? 0,
      usage_in_usermode: used?.userNs ?? 0,
    },
    ...(sample && { system_cpu_usage: sample.host.cpuNs, online_cpus: sample.host.onlineCpus }),
    throttling_data: {
      periods: used?.periods ?? 0,
      throttled_periods: used?.throttledPeriods ?? 0,
      throttled_time: used?.throttledNs ?? 0,
    },
  };
}

/** Clients distinguish cgroup v1 from v2 by the names in memory.stat, and by fields that only v1 has. */
function memory({ cgroup, memory: used, host }: StatsSample): MemoryStats {
  const limit = Math.min(used.limitBytes ?? host.memory, host.memory);
  const common = { usage: used.usageBytes, stats: used.details, limit };
  if (cgroup === '1') return { ...common, max_usage: used.maxUsageBytes, failcnt: used.failures };
  return used.failures > 0 ? { ...common, failcnt: used.failures } : common;
}

const blkioFields = [
  'io_service_bytes',
  'io_serviced',
  'io_queue',
  'io_service_time',
  'io_wait_time',
  'io_merged',
  'io_time',
  'sectors',
] as const;

function blkio(sample: StatsSample | undefined): Record<BlkioField, BlkioEntry[] | null> {
  const entries = blkioFields.map((field) => [`${field}_recursive`, entriesOf(sample, field)]);
  return Object.fromEntries(entries) as Record<BlkioField, BlkioEntry[] | null>;
}

function entriesOf(sample: StatsSample | undefined, field: string): BlkioEntry[] | null {
  const found = sample?.io.devices[field];
  if (!found) return null;
  return sample.cgroup === '1' ? found : found.map((entry) => ({ ...entry, op: entry.op.toLowerCase() }));
}

function networks(interfaces: Record<string, InterfaceCounters>): Record<string, NetworkStats> {
  return Object.fromEntries(Object.entries(interfaces).map(([name, counters]) => [name, network(counters)]));
}

function network(counters: InterfaceCounters): NetworkStats {
  return {
    rx_bytes: counters.rxBytes,
    rx_packets: counters.rxPackets,
    rx_errors: counters.rxErrors,
    rx_dropped: counters.rxDropped,
    tx_bytes: counters.txBytes,
    tx_packets: counters.txPackets,
    tx_errors: counters.txErrors,
    tx_dropped: counters.txDropped,
  };
}
