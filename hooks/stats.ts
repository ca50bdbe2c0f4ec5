/** What a container has used, at one moment and the one before: rates are the difference of the two. */
export interface ContainerStats {
  id: string;
  name: string;
  /** Undefined for a container that does not run. */
  now?: StatsSample;
  /** Undefined for the first of a stream, and where one sample was asked for. */
  before?: StatsSample;
}

export interface StatsSample extends TaskUsage {
  /** RFC 3339. */
  readAt: string;
  host: HostUsage;
  /** By interface; none for a container in the host's network. */
  networks: Record<string, InterfaceCounters>;
}

/** What the whole host has. */
export interface HostUsage {
  /** Nanoseconds of all CPUs since the boot, idle ones too (proc_stat(5)). */
  cpuNs: number;
  onlineCpus: number;
  /** Bytes. */
  memory: number;
}

/** A task's counters, alike on cgroup v1 and v2. A limit of undefined means none. */
export interface TaskUsage {
  cgroup: '1' | '2';
  cpu: {
    /** Nanoseconds since the start. */
    totalNs: number;
    userNs: number;
    systemNs: number;
    /** Of each CPU; cgroup v2 has none. */
    perCpuNs: number[];
    periods: number;
    throttledPeriods: number;
    throttledNs: number;
  };
  /** Bytes; `inactiveFileBytes` is the page cache that could be dropped. */
  memory: {
    usageBytes: number;
    maxUsageBytes: number;
    limitBytes: number | undefined;
    inactiveFileBytes: number;
    swapBytes: number;
    /** How often the limit was met. */
    failures: number;
    /** As memory.stat has it, by the kernel's names. */
    details: Record<string, number>;
  };
  pids: { current: number; limit: number | undefined };
  io: {
    readBytes: number;
    writtenBytes: number;
    /** By the names of cgroup v1: `io_service_bytes`, `io_serviced`, …; v2 has only these two. */
    devices: Record<string, DeviceCounter[]>;
  };
}

/** A counter of one block device. */
export interface DeviceCounter {
  major: number;
  minor: number;
  /** `Read`, `Write`, … */
  op: string;
  value: number;
}

/** proc_net_dev(5). */
export interface InterfaceCounters {
  rxBytes: number;
  rxPackets: number;
  rxErrors: number;
  rxDropped: number;
  txBytes: number;
  txPackets: number;
  txErrors: number;
  txDropped: number;
}

/** Options of `stats`. */
export interface StatsOptions {
  /** One a second until the signal aborts or the container is removed. */
  stream: boolean;
  /** Without a stream: one sample at once, instead of two a second apart. */
  oneShot?: boolean;
}
