/** A rate for one block device. */
export interface ThrottleDevice {
  Path: string;
  /** Bytes or operations per second. */
  Rate: number;
}

/** A weight for one block device. */
export interface WeightDevice {
  Path: string;
  Weight: number;
}

/** A cgroup limit of a container as clients see it. */
interface Limit {
  /** Option of `create`, `run` and, if it is live, `update`. */
  readonly option: string;
  readonly help: string;
  /** Form of its values on the command line; bytes, billionths of a CPU or plain numbers in the API. */
  readonly value: keyof WireValues;
  readonly minimum?: number;
  readonly maximum?: number;
  /** Whether the API sends null for a limit that was not asked for, and not 0 or an empty text. */
  readonly nullable?: boolean;
  /** Whether `pouch update` has the option: Docker's does not have all that its API takes. */
  readonly live?: boolean;
}

interface WireValues {
  size: number;
  sizeOrUnlimited: number;
  cpus: number;
  integer: number;
  list: string;
  flag: boolean;
  bytesPerSecond: ThrottleDevice[];
  operationsPerSecond: ThrottleDevice[];
  weights: WeightDevice[];
}

/**
 * Every limit by its field of HostConfig. The command's options, HostConfig, the schemas of requests and their
 * translation derive from it; hooks/limits.ts says what each becomes in OCI's resources.
 */
export const limits = {
  Memory: { option: '-m, --memory <size>', help: 'Memory limit', value: 'size', live: true },
  MemorySwap: {
    option: '--memory-swap <size>',
    help: "Swap limit equal to memory plus swap: '-1' to enable unlimited swap",
    value: 'sizeOrUnlimited',
    live: true,
  },
  MemoryReservation: {
    option: '--memory-reservation <size>',
    help: 'Memory soft limit',
    value: 'size',
    live: true,
  },
  MemorySwappiness: {
    option: '--memory-swappiness <0-100>',
    help: 'Tune container memory swappiness',
    value: 'integer',
    minimum: -1,
    maximum: 100,
    nullable: true,
  },
  OomKillDisable: { option: '--oom-kill-disable', help: 'Disable OOM Killer', value: 'flag', nullable: true },
  NanoCpus: { option: '--cpus <number>', help: 'Number of CPUs', value: 'cpus', live: true },
  CpuShares: {
    option: '-c, --cpu-shares <weight>',
    help: 'CPU shares (relative weight)',
    value: 'integer',
    minimum: 0,
    live: true,
  },
  CpuQuota: {
    option: '--cpu-quota <microseconds>',
    help: 'Limit CPU CFS (Completely Fair Scheduler) quota',
    value: 'integer',
    minimum: -1,
    live: true,
  },
  CpuPeriod: {
    option: '--cpu-period <microseconds>',
    help: 'Limit CPU CFS (Completely Fair Scheduler) period',
    value: 'integer',
    minimum: 0,
    live: true,
  },
  CpuRealtimePeriod: {
    option: '--cpu-rt-period <microseconds>',
    help: 'Limit CPU real-time period in microseconds',
    value: 'integer',
    minimum: 0,
  },
  CpuRealtimeRuntime: {
    option: '--cpu-rt-runtime <microseconds>',
    help: 'Limit CPU real-time runtime in microseconds',
    value: 'integer',
    minimum: 0,
  },
  CpusetCpus: {
    option: '--cpuset-cpus <list>',
    help: 'CPUs in which to allow execution (0-3, 0,1)',
    value: 'list',
    live: true,
  },
  CpusetMems: {
    option: '--cpuset-mems <list>',
    help: 'MEMs in which to allow execution (0-3, 0,1)',
    value: 'list',
    live: true,
  },
  PidsLimit: {
    option: '--pids-limit <number>',
    help: 'Tune container pids limit (set -1 for unlimited)',
    value: 'integer',
    minimum: -1,
    nullable: true,
    live: true,
  },
  BlkioWeight: {
    option: '--blkio-weight <10-1000>',
    help: 'Block IO (relative weight), between 10 and 1000, or 0 to disable',
    value: 'integer',
    minimum: 0,
    maximum: 1000,
    live: true,
  },
  BlkioWeightDevice: {
    option: '--blkio-weight-device <device:weight>',
    help: 'Block IO weight (relative device weight)',
    value: 'weights',
    nullable: true,
  },
  BlkioDeviceReadBps: {
    option: '--device-read-bps <device:rate>',
    help: 'Limit read rate (bytes per second) from a device: /dev/sda:1m',
    value: 'bytesPerSecond',
    nullable: true,
  },
  BlkioDeviceWriteBps: {
    option: '--device-write-bps <device:rate>',
    help: 'Limit write rate (bytes per second) to a device',
    value: 'bytesPerSecond',
    nullable: true,
  },
  BlkioDeviceReadIOps: {
    option: '--device-read-iops <device:rate>',
    help: 'Limit read rate (IO per second) from a device',
    value: 'operationsPerSecond',
    nullable: true,
  },
  BlkioDeviceWriteIOps: {
    option: '--device-write-iops <device:rate>',
    help: 'Limit write rate (IO per second) to a device',
    value: 'operationsPerSecond',
    nullable: true,
  },
} as const satisfies Record<string, Limit>;

/** Name of a limit in bodies of the API. */
export type LimitField = keyof typeof limits;

/** The table with the members that not every limit has. */
export const limitEntries = Object.entries(limits) as [LimitField, Limit][];

/** The limits as members of HostConfig. */
export type LimitConfig = {
  [Field in LimitField]?:
    | WireValues[(typeof limits)[Field]['value']]
    | ((typeof limits)[Field] extends { nullable: true } ? null : never);
};
