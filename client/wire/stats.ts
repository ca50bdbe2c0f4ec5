/** A line of `GET /containers/{id}/stats`. A container that is not running has only id and name. */
export interface StatsResponse {
  id: string;
  /** With a leading slash. */
  name: string;
  /** RFC 3339; year 1 without a sample. */
  read: string;
  preread: string;
  pids_stats: { current?: number; limit?: number };
  blkio_stats: Record<BlkioField, BlkioEntry[] | null>;
  num_procs: number;
  storage_stats: object;
  cpu_stats: CpuStats;
  precpu_stats: CpuStats;
  memory_stats: MemoryStats;
  /** By interface. */
  networks?: Record<string, NetworkStats>;
}

/** Counters of block devices, by their names in Docker's API. */
export type BlkioField =
  | 'io_service_bytes_recursive'
  | 'io_serviced_recursive'
  | 'io_queue_recursive'
  | 'io_service_time_recursive'
  | 'io_wait_time_recursive'
  | 'io_merged_recursive'
  | 'io_time_recursive'
  | 'sectors_recursive';

/** A counter of one block device. */
export interface BlkioEntry {
  major: number;
  minor: number;
  /** `Read`, `Write`, …; in lower case on cgroup v2. */
  op: string;
  value: number;
}

/** Nanoseconds. */
export interface CpuStats {
  cpu_usage: {
    total_usage: number;
    /** cgroup v1 only. */
    percpu_usage?: number[];
    usage_in_kernelmode: number;
    usage_in_usermode: number;
  };
  /** Of the whole host. */
  system_cpu_usage?: number;
  online_cpus?: number;
  throttling_data: { periods: number; throttled_periods: number; throttled_time: number };
}

/** Bytes. */
export interface MemoryStats {
  usage?: number;
  /** cgroup v1 only. */
  max_usage?: number;
  /** memory.stat. */
  stats?: Record<string, number>;
  failcnt?: number;
  /** The host's memory if the container has no limit. */
  limit?: number;
}

/** Counters of a network interface; Pouch's are those of the container's side. */
export interface NetworkStats {
  rx_bytes: number;
  rx_packets: number;
  rx_errors: number;
  rx_dropped: number;
  tx_bytes: number;
  tx_packets: number;
  tx_errors: number;
  tx_dropped: number;
}
