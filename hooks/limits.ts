/** A field of OCI's resources that a limit sets (config-linux.md, Control groups). */
export interface OciLimit {
  readonly group: 'memory' | 'cpu' | 'pids' | 'blockIO';
  readonly field: string;
  /**
   * The value that removes the limit from a running container, as runtimes leave alone what an update does not name:
   * -1 is the runtime spec's, weights are the kernel's defaults (cgroup-v1 doc: cpu, blkio). Missing: it cannot be
   * removed.
   */
  readonly none?: number | 'online CPUs' | 'online nodes';
  /** Its cgroup v1 file, where the kernel's configuration decides whether that exists. */
  readonly file?: string;
}

interface Limit {
  /** Docker's field of HostConfig: see client/wire/limits.ts. */
  readonly api: string;
  readonly value: keyof Values;
  readonly oci: readonly OciLimit[];
  /** Whether its value is copied to its OCI field as it is; others are computed in core/plan/request/resources.ts. */
  readonly copied?: boolean;
  /** Whether 0 is a limit too, and does not mean none. */
  readonly zero?: boolean;
}

interface Values {
  number: number;
  text: string;
  flag: boolean;
  rates: { path: string; rate: number }[];
  weights: { path: string; weight: number }[];
}

const swap = { group: 'memory', field: 'swap', none: -1 } as const;
const cpuTime = [
  { group: 'cpu', field: 'quota', none: -1 },
  // Microseconds (kernel doc sched-bwc).
  { group: 'cpu', field: 'period', none: 100_000 },
] as const;

/**
 * Every limit of a request by its name. The types and schemas of requests, the plan, updates and the HTTP API's
 * translation derive from it.
 */
export const resourceLimits = {
  /** Bytes. Swap that was not asked for follows memory. */
  memory: { api: 'Memory', value: 'number', oci: [{ group: 'memory', field: 'limit', none: -1 }, swap] },
  memoryReservation: {
    api: 'MemoryReservation',
    value: 'number',
    oci: [{ group: 'memory', field: 'reservation', none: -1 }],
    copied: true,
  },
  /** Memory + swap; -1 for unlimited swap. */
  memorySwap: { api: 'MemorySwap', value: 'number', oci: [swap] },
  memorySwappiness: {
    api: 'MemorySwappiness',
    value: 'number',
    oci: [{ group: 'memory', field: 'swappiness' }],
    copied: true,
    zero: true,
  },
  oomKillDisable: {
    api: 'OomKillDisable',
    value: 'flag',
    oci: [{ group: 'memory', field: 'disableOOMKiller' }],
    copied: true,
  },
  /** Billionths of a CPU. */
  nanoCpus: { api: 'NanoCpus', value: 'number', oci: cpuTime },
  cpuShares: {
    api: 'CpuShares',
    value: 'number',
    oci: [{ group: 'cpu', field: 'shares', none: 1024 }],
    copied: true,
  },
  cpuQuota: { api: 'CpuQuota', value: 'number', oci: cpuTime },
  cpuPeriod: { api: 'CpuPeriod', value: 'number', oci: cpuTime },
  /** Microseconds, as the next (kernel doc sched-rt-group). */
  cpuRealtimePeriod: {
    api: 'CpuRealtimePeriod',
    value: 'number',
    oci: [{ group: 'cpu', field: 'realtimePeriod', file: 'cpu.rt_period_us' }],
    copied: true,
  },
  cpuRealtimeRuntime: {
    api: 'CpuRealtimeRuntime',
    value: 'number',
    oci: [{ group: 'cpu', field: 'realtimeRuntime', file: 'cpu.rt_runtime_us' }],
    copied: true,
  },
  cpusetCpus: {
    api: 'CpusetCpus',
    value: 'text',
    oci: [{ group: 'cpu', field: 'cpus', none: 'online CPUs' }],
    copied: true,
  },
  cpusetMems: {
    api: 'CpusetMems',
    value: 'text',
    oci: [{ group: 'cpu', field: 'mems', none: 'online nodes' }],
    copied: true,
  },
  pids: { api: 'PidsLimit', value: 'number', oci: [{ group: 'pids', field: 'limit', none: -1 }] },
  blkioWeight: {
    api: 'BlkioWeight',
    value: 'number',
    oci: [{ group: 'blockIO', field: 'weight', none: 500 }],
    copied: true,
  },
  blkioWeightDevice: {
    api: 'BlkioWeightDevice',
    value: 'weights',
    oci: [{ group: 'blockIO', field: 'weightDevice' }],
  },
  blkioDeviceReadBps: {
    api: 'BlkioDeviceReadBps',
    value: 'rates',
    oci: [{ group: 'blockIO', field: 'throttleReadBpsDevice' }],
  },
  blkioDeviceWriteBps: {
    api: 'BlkioDeviceWriteBps',
    value: 'rates',
    oci: [{ group: 'blockIO', field: 'throttleWriteBpsDevice' }],
  },
  blkioDeviceReadIops: {
    api: 'BlkioDeviceReadIOps',
    value: 'rates',
    oci: [{ group: 'blockIO', field: 'throttleReadIOPSDevice' }],
  },
  blkioDeviceWriteIops: {
    api: 'BlkioDeviceWriteIOps',
    value: 'rates',
    oci: [{ group: 'blockIO', field: 'throttleWriteIOPSDevice' }],
  },
} as const satisfies Record<string, Limit>;

/** Name of a limit: a key of `resourceLimits`. */
export type LimitName = keyof typeof resourceLimits;

/** The table with the members that not every limit has. */
export const resourceLimitEntries = Object.entries(resourceLimits) as [LimitName, Limit][];

/** Limits; bytes for memory, OCI's units for the rest. */
export type ResourceRequest = { [Name in LimitName]?: Values[(typeof resourceLimits)[Name]['value']] };
