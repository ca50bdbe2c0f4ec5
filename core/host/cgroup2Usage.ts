import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeviceCounter, TaskUsage } from '../../hooks/stats.ts';

/**
 * Reads the counters of a cgroup v2 and its descendants from its files (kernel doc cgroup-v2, "Controllers").
 * Undefined if it does not exist. containerd reads those of the cgroup of the task's process, which may be a monitor
 * outside the container's.
 */
export async function cgroup2Usage(directory: string): Promise<TaskUsage | undefined> {
  const read = (name: string) => readFile(join(directory, name), 'utf8').catch(() => '');
  const [cpuStat, current, peak, max, swap, memoryStat, events, pids, pidsMax, io] = await Promise.all(
    [
      ...['cpu.stat', 'memory.current', 'memory.peak', 'memory.max', 'memory.swap.current', 'memory.stat'],
      ...['memory.events', 'pids.current', 'pids.max', 'io.stat'],
    ].map(read),
  );
  if (!cpuStat) return undefined;
  const cpu = keyed(cpuStat);
  const ns = (name: string) => (cpu[name] ?? 0) * 1000;
  const details = keyed(memoryStat);
  const devices = ioDevices(io);
  return {
    cgroup: '2',
    cpu: {
      totalNs: ns('usage_usec'),
      userNs: ns('user_usec'),
      systemNs: ns('system_usec'),
      perCpuNs: [],
      periods: cpu['nr_periods'] ?? 0,
      throttledPeriods: cpu['nr_throttled'] ?? 0,
      throttledNs: ns('throttled_usec'),
    },
    memory: {
      usageBytes: Number(current),
      maxUsageBytes: Number(peak),
      limitBytes: limit(max),
      inactiveFileBytes: details['inactive_file'] ?? 0,
      swapBytes: Number(swap),
      failures: keyed(events)['max'] ?? 0,
      details,
    },
    pids: { current: Number(pids), limit: limit(pidsMax) },
    io: {
      readBytes: total(devices, 'io_service_bytes', 'Read'),
      writtenBytes: total(devices, 'io_service_bytes', 'Write'),
      devices,
    },
  };
}

/** Parses a flat keyed file: `KEY VALUE` in each line. */
function keyed(text = ''): Record<string, number> {
  const lines = text.split('\n').filter(Boolean);
  return Object.fromEntries(
    lines.map((line) => line.split(' ')).map(([key = '', value]) => [key, Number(value)]),
  );
}

function limit(text = ''): number | undefined {
  return text === '' || text.startsWith('max') ? undefined : Number(text);
}

/** io.stat: `MAJOR:MINOR rbytes=… wbytes=… rios=… wios=… …` in each line. */
function ioDevices(text = ''): Record<string, DeviceCounter[]> {
  const devices = text
    .split('\n')
    .filter((line) => line.includes('rbytes='))
    .map((line) => {
      const [device = '', ...fields] = line.split(' ');
      const [major, minor] = device.split(':').map(Number);
      const values = Object.fromEntries(fields.map((field) => field.split('=')));
      return { major: major ?? 0, minor: minor ?? 0, values: values as Record<string, string> };
    });
  const counters = (read: string, write: string) =>
    devices.flatMap(({ major, minor, values }) => [
      { major, minor, op: 'Read', value: Number(values[read] ?? 0) },
      { major, minor, op: 'Write', value: Number(values[write] ?? 0) },
    ]);
  return { io_service_bytes: counters('rbytes', 'wbytes'), io_serviced: counters('rios', 'wios') };
}

function total(devices: Record<string, DeviceCounter[]>, name: string, op: string): number {
  return (devices[name] ?? [])
    .filter((counter) => counter.op === op)
    .reduce((sum, { value }) => sum + value, 0);
}
