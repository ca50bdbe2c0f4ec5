import type { DeviceCounter, TaskUsage } from '../../../hooks/stats.ts';
import { type BlkIOEntry, type BlkIOStat, Metrics as Cgroup1 } from '../gen/metrics/cgroup1.ts';
import { type IOEntry, Metrics as Cgroup2 } from '../gen/metrics/cgroup2.ts';
import type { Metric } from '../gen/types/metric.ts';

/** Decodes the metrics of a task. Undefined for an unknown kind, e.g. of a runtime with metrics of its own. */
export function readMetric(metric: Metric): TaskUsage | undefined {
  if (!metric.data) return undefined;
  if (metric.data.typeUrl.endsWith('io.containerd.cgroups.v2.Metrics'))
    return fromCgroup2(Cgroup2.decode(metric.data.value));
  if (metric.data.typeUrl.endsWith('io.containerd.cgroups.v1.Metrics'))
    return fromCgroup1(Cgroup1.decode(metric.data.value));
  return undefined;
}

function fromCgroup1({ cpu, memory, pids, blkio }: Cgroup1): TaskUsage {
  const bytes = (op: string) =>
    sum(blkio?.ioServiceBytesRecursive.filter((e) => e.op === op).map((e) => e.value));
  return {
    cgroup: '1',
    cpu: {
      totalNs: cpu?.usage?.total ?? 0,
      userNs: cpu?.usage?.user ?? 0,
      systemNs: cpu?.usage?.kernel ?? 0,
      perCpuNs: cpu?.usage?.perCpu ?? [],
      periods: cpu?.throttling?.periods ?? 0,
      throttledPeriods: cpu?.throttling?.throttledPeriods ?? 0,
      throttledNs: cpu?.throttling?.throttledTime ?? 0,
    },
    memory: {
      usageBytes: memory?.usage?.usage ?? 0,
      maxUsageBytes: memory?.usage?.max ?? 0,
      limitBytes: limit(memory?.usage?.limit),
      inactiveFileBytes: memory?.totalInactiveFile ?? 0,
      // The counter of v1 includes memory.
      swapBytes: Math.max(0, (memory?.swap?.usage ?? 0) - (memory?.usage?.usage ?? 0)),
      failures: memory?.usage?.failcnt ?? 0,
      details: kernelNames(memory ?? {}),
    },
    pids: { current: pids?.current ?? 0, limit: limit(pids?.limit) },
    io: { readBytes: bytes('Read'), writtenBytes: bytes('Write'), devices: blkio ? devicesOf(blkio) : {} },
  };
}

function devicesOf(blkio: BlkIOStat): Record<string, DeviceCounter[]> {
  return {
    io_service_bytes: blkio.ioServiceBytesRecursive.map(counter),
    io_serviced: blkio.ioServicedRecursive.map(counter),
    io_queue: blkio.ioQueuedRecursive.map(counter),
    io_service_time: blkio.ioServiceTimeRecursive.map(counter),
    io_wait_time: blkio.ioWaitTimeRecursive.map(counter),
    io_merged: blkio.ioMergedRecursive.map(counter),
    io_time: blkio.ioTimeRecursive.map(counter),
    sectors: blkio.sectorsRecursive.map(counter),
  };
}

function counter({ major, minor, op, value }: BlkIOEntry): DeviceCounter {
  return { major, minor, op, value };
}

function fromCgroup2({ cpu, memory, pids, io, memoryEvents }: Cgroup2): TaskUsage {
  const { usage: _u, usageLimit: _l, swapUsage: _s, swapLimit: _m, maxUsage: _x, ...details } = memory ?? {};
  const usage = io?.usage ?? [];
  return {
    cgroup: '2',
    cpu: {
      totalNs: (cpu?.usageUsec ?? 0) * 1000,
      userNs: (cpu?.userUsec ?? 0) * 1000,
      systemNs: (cpu?.systemUsec ?? 0) * 1000,
      perCpuNs: [],
      periods: cpu?.nrPeriods ?? 0,
      throttledPeriods: cpu?.nrThrottled ?? 0,
      throttledNs: (cpu?.throttledUsec ?? 0) * 1000,
    },
    memory: {
      usageBytes: memory?.usage ?? 0,
      maxUsageBytes: memory?.maxUsage ?? 0,
      limitBytes: limit(memory?.usageLimit),
      inactiveFileBytes: memory?.inactiveFile ?? 0,
      swapBytes: memory?.swapUsage ?? 0,
      failures: memoryEvents?.max ?? 0,
      details: kernelNames(details),
    },
    pids: { current: pids?.current ?? 0, limit: limit(pids?.limit) },
    io: {
      readBytes: sum(usage.map((e) => e.rbytes)),
      writtenBytes: sum(usage.map((e) => e.wbytes)),
      devices: {
        io_service_bytes: usage.flatMap((e) => readsAndWrites(e, e.rbytes, e.wbytes)),
        io_serviced: usage.flatMap((e) => readsAndWrites(e, e.rios, e.wios)),
      },
    },
  };
}

function readsAndWrites({ major, minor }: IOEntry, reads: number, writes: number): DeviceCounter[] {
  return [
    { major, minor, op: 'Read', value: reads },
    { major, minor, op: 'Write', value: writes },
  ];
}

/** Fields of a message by the names in its .proto: `totalInactiveFile` → `total_inactive_file`. */
function kernelNames(fields: object): Record<string, number> {
  const numbers = Object.entries(fields).filter(([, value]) => typeof value !== 'object');
  return Object.fromEntries(
    numbers.map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      Number(value),
    ]),
  );
}

/** No limit is 0 (pids, v1), 2^63 rounded down to a page (memory, v1) or 2^64-1 (v2). */
function limit(text: string | undefined): number | undefined {
  const value = Number(text ?? 0);
  return value === 0 || value > Number.MAX_SAFE_INTEGER ? undefined : value;
}

function sum(values: readonly number[] = []): number {
  return values.reduce((total, value) => total + value, 0);
}
