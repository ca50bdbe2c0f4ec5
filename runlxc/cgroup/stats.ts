/** Resource usage of a container, in the form of runc's `events --stats`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CgroupLayout, hierarchyOf, payload } from './layout.ts';

export function containerStats(layout: CgroupLayout, cgroup: string): object {
  const read = reader(layout, cgroup);
  const stats = layout.unified ? unified(read) : legacy(read);
  return { ...stats, intel_rdt: {}, network_interfaces: null };
}

/** Returns the number of the container's processes that the OOM killer has ended. */
export function oomKills(layout: CgroupLayout, cgroup: string): number {
  const text = reader(layout, cgroup)('memory', layout.unified ? 'memory.events' : 'memory.oom_control');
  return table(text)['oom_kill'] ?? 0;
}

/** Reads a file of a controller's cgroup; empty if it does not exist. */
type Read = (controller: string, file: string) => string;

function reader(layout: CgroupLayout, cgroup: string): Read {
  return (controller, file) => {
    const hierarchy = layout.unified ? layout.all[0] : hierarchyOf(layout, controller);
    try {
      return hierarchy ? readFileSync(join(payload(hierarchy, cgroup), file), 'utf8').trim() : '';
    } catch {
      return '';
    }
  };
}

function legacy(read: Read): object {
  const number = (controller: string, file: string) => Number(read(controller, file) || 0);
  const memory = (prefix: string) => ({
    limit: number('memory', `${prefix}.limit_in_bytes`),
    usage: number('memory', `${prefix}.usage_in_bytes`),
    max: number('memory', `${prefix}.max_usage_in_bytes`),
    failcnt: number('memory', `${prefix}.failcnt`),
  });
  const ticks = table(read('cpuacct', 'cpuacct.stat'));
  const throttling = table(read('cpu', 'cpu.stat'));
  const raw = table(read('memory', 'memory.stat'));
  return {
    cpu: {
      usage: {
        total: number('cpuacct', 'cpuacct.usage'),
        percpu: read('cpuacct', 'cpuacct.usage_percpu').split(/\s+/).filter(Boolean).map(Number),
        kernel: (ticks['system'] ?? 0) * nanosecondsPerTick,
        user: (ticks['user'] ?? 0) * nanosecondsPerTick,
      },
      throttling: {
        periods: throttling['nr_periods'] ?? 0,
        throttledPeriods: throttling['nr_throttled'] ?? 0,
        throttledTime: throttling['throttled_time'] ?? 0,
      },
    },
    cpuset: {
      cpus: read('cpuset', 'cpuset.effective_cpus'),
      mems: read('cpuset', 'cpuset.effective_mems'),
    },
    memory: {
      cache: raw['cache'] ?? 0,
      usage: memory('memory'),
      swap: memory('memory.memsw'),
      kernel: memory('memory.kmem'),
      kernelTCP: memory('memory.kmem.tcp'),
      raw,
    },
    pids: pids(read),
    blkio: {
      ioServiceBytesRecursive: blockIo(read('blkio', 'blkio.throttle.io_service_bytes_recursive')),
      ioServicedRecursive: blockIo(read('blkio', 'blkio.throttle.io_serviced_recursive')),
    },
    hugetlb: {},
  };
}

function unified(read: Read): object {
  const number = (file: string) => Number(read('', file).replace('max', '0') || 0);
  const cpu = table(read('', 'cpu.stat'));
  const raw = table(read('', 'memory.stat'));
  return {
    cpu: {
      usage: {
        total: (cpu['usage_usec'] ?? 0) * 1000,
        kernel: (cpu['system_usec'] ?? 0) * 1000,
        user: (cpu['user_usec'] ?? 0) * 1000,
      },
      throttling: {
        periods: cpu['nr_periods'] ?? 0,
        throttledPeriods: cpu['nr_throttled'] ?? 0,
        throttledTime: (cpu['throttled_usec'] ?? 0) * 1000,
      },
    },
    cpuset: {},
    memory: {
      cache: raw['file'] ?? 0,
      usage: {
        limit: number('memory.max'),
        usage: number('memory.current'),
        max: number('memory.peak'),
        failcnt: 0,
      },
      swap: { limit: number('memory.swap.max'), usage: number('memory.swap.current'), max: 0, failcnt: 0 },
      kernel: { failcnt: 0 },
      kernelTCP: { failcnt: 0 },
      raw,
    },
    pids: pids(read),
    blkio: {},
    hugetlb: {},
  };
}

/** USER_HZ, time(7): 100 on every supported architecture. */
const nanosecondsPerTick = 10_000_000;

function pids(read: Read): object {
  const limit = read('pids', 'pids.max');
  return {
    current: Number(read('pids', 'pids.current') || 0),
    limit: limit === 'max' ? 0 : Number(limit || 0),
  };
}

/** Parses lines of `name number`. */
function table(text: string): Record<string, number> {
  const lines = text.split('\n').filter(Boolean);
  return Object.fromEntries(
    lines.map((line) => line.split(' ')).map(([name = '', value]) => [name, Number(value)]),
  );
}

/** Parses lines of `major:minor operation number`. */
function blockIo(text: string): object[] {
  return text.split('\n').flatMap((line) => {
    const [, major, minor, op, value] = /^(\d+):(\d+) (\w+) (\d+)$/.exec(line) ?? [];
    return op === undefined ? [] : [{ major: Number(major), minor: Number(minor), op, value: Number(value) }];
  });
}
