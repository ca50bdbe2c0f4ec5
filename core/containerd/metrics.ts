import { Metrics as Cgroup1 } from './gen/metrics/cgroup1.ts';
import { Metrics as Cgroup2 } from './gen/metrics/cgroup2.ts';
import type { Metric } from './gen/types/metric.ts';

/** A task's counters, alike on cgroup v1 and v2. A limit of undefined means none. */
export interface TaskUsage {
  cpu: {
    /** Nanoseconds since the start. */
    totalNs: number;
    userNs: number;
    systemNs: number;
    periods: number;
    throttledPeriods: number;
    throttledNs: number;
  };
  /** Bytes; `inactiveFileBytes` is the page cache that could be dropped. */
  memory: {
    usageBytes: number;
    limitBytes: number | undefined;
    inactiveFileBytes: number;
    swapBytes: number;
  };
  pids: { current: number; limit: number | undefined };
  io: { readBytes: number; writtenBytes: number };
}

/** Reads the metrics of a task; undefined for a kind that is not known (e.g. of a runtime with its own). */
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
    cpu: {
      totalNs: cpu?.usage?.total ?? 0,
      userNs: cpu?.usage?.user ?? 0,
      systemNs: cpu?.usage?.kernel ?? 0,
      periods: cpu?.throttling?.periods ?? 0,
      throttledPeriods: cpu?.throttling?.throttledPeriods ?? 0,
      throttledNs: cpu?.throttling?.throttledTime ?? 0,
    },
    memory: {
      usageBytes: memory?.usage?.usage ?? 0,
      limitBytes: limit(memory?.usage?.limit),
      inactiveFileBytes: memory?.totalInactiveFile ?? 0,
      // The v1 counter is memory and swap together.
      swapBytes: Math.max(0, (memory?.swap?.usage ?? 0) - (memory?.usage?.usage ?? 0)),
    },
    pids: { current: pids?.current ?? 0, limit: limit(pids?.limit) },
    io: { readBytes: bytes('Read'), writtenBytes: bytes('Write') },
  };
}

function fromCgroup2({ cpu, memory, pids, io }: Cgroup2): TaskUsage {
  return {
    cpu: {
      totalNs: (cpu?.usageUsec ?? 0) * 1000,
      userNs: (cpu?.userUsec ?? 0) * 1000,
      systemNs: (cpu?.systemUsec ?? 0) * 1000,
      periods: cpu?.nrPeriods ?? 0,
      throttledPeriods: cpu?.nrThrottled ?? 0,
      throttledNs: (cpu?.throttledUsec ?? 0) * 1000,
    },
    memory: {
      usageBytes: memory?.usage ?? 0,
      limitBytes: limit(memory?.usageLimit),
      inactiveFileBytes: memory?.inactiveFile ?? 0,
      swapBytes: memory?.swapUsage ?? 0,
    },
    pids: { current: pids?.current ?? 0, limit: limit(pids?.limit) },
    io: { readBytes: sum(io?.usage.map((e) => e.rbytes)), writtenBytes: sum(io?.usage.map((e) => e.wbytes)) },
  };
}

/** No limit is 0 (pids, v1), 2^63 rounded down to a page (memory, v1) or 2^64-1 (v2). */
function limit(text: string | undefined): number | undefined {
  const value = Number(text ?? 0);
  return value === 0 || value > Number.MAX_SAFE_INTEGER ? undefined : value;
}

function sum(values: readonly number[] = []): number {
  return values.reduce((total, value) => total + value, 0);
}
