import type { StatsResponse } from '../../client/index.ts';
import { humanMemory, humanSize } from '../output/units.ts';
import type { Fields } from '../output/template.ts';

/** Returns a row of `stats`, with Docker's field names. */
export function statsRow(stats: StatsResponse, options: { truncate: boolean }): Fields {
  const name = stats.name.replace(/^\//, '');
  const id = options.truncate ? stats.id.slice(0, 12) : stats.id;
  return { Container: id, ID: id, Name: name, ...(isRunning(stats) ? used(stats) : nothing) };
}

/** Returns the row before the first sample: `--` in each field. */
export function unknownRow(ref: string): Fields {
  return { Container: ref, ID: '--', Name: '--', ...unknown };
}

const unknown = {
  CPUPerc: '--',
  MemUsage: '-- / --',
  MemPerc: '--',
  NetIO: '-- / --',
  BlockIO: '-- / --',
  PIDs: '--',
};

const nothing = {
  CPUPerc: '0.00%',
  MemUsage: '0B / 0B',
  MemPerc: '0.00%',
  NetIO: '0B / 0B',
  BlockIO: '0B / 0B',
  PIDs: '0',
};

function isRunning({ memory_stats: memory }: StatsResponse): boolean {
  return memory.usage !== undefined;
}

function used(stats: StatsResponse): Fields {
  const { memory_stats: memory, pids_stats: pids } = stats;
  const [bytes, limit] = [memoryInUse(stats), memory.limit ?? 0];
  return {
    CPUPerc: percent(cpuShare(stats)),
    MemUsage: `${humanMemory(bytes)} / ${humanMemory(limit)}`,
    MemPerc: percent(limit > 0 ? bytes / limit : 0),
    NetIO: inAndOut(networkBytes(stats)),
    BlockIO: inAndOut(blockBytes(stats)),
    PIDs: String(pids.current ?? 0),
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}

function inAndOut([came, went]: [number, number]): string {
  return `${humanSize(came)} / ${humanSize(went)}`;
}

/** CPU usage in CPUs: 2 for two busy ones. */
function cpuShare({ cpu_stats: now, precpu_stats: before }: StatsResponse): number {
  if (before.system_cpu_usage === undefined) return 0;
  const host = (now.system_cpu_usage ?? 0) - before.system_cpu_usage;
  const own = now.cpu_usage.total_usage - before.cpu_usage.total_usage;
  return host > 0 && own > 0 ? (own / host) * (now.online_cpus ?? 1) : 0;
}

/** Memory without the page cache that the kernel can reclaim; the counter's name differs on cgroup v1. */
function memoryInUse({ memory_stats: { usage = 0, stats = {} } }: StatsResponse): number {
  const cache = stats['total_inactive_file'] ?? stats['inactive_file'] ?? 0;
  return cache < usage ? usage - cache : usage;
}

function networkBytes({ networks = {} }: StatsResponse): [number, number] {
  const all = Object.values(networks);
  return [sum(all.map((each) => each.rx_bytes)), sum(all.map((each) => each.tx_bytes))];
}

function blockBytes({ blkio_stats: blkio }: StatsResponse): [number, number] {
  const entries = blkio.io_service_bytes_recursive ?? [];
  const of = (op: string) =>
    sum(entries.filter((entry) => entry.op.toLowerCase() === op).map(({ value }) => value));
  return [of('read'), of('write')];
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
