import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cgroupVersion } from './detect.ts';

/**
 * Returns the CPU time of a cgroup and its descendants in milliseconds; undefined if the cgroup does not exist, or
 * the host has no such controller. `path` is relative to the hierarchy's root. From cpu.stat (kernel doc cgroup-v2)
 * or cpuacct.usage (kernel doc cgroup-v1/cpuacct).
 */
export async function cpuTimeMs(path: string, cgroups = '/sys/fs/cgroup'): Promise<number | undefined> {
  if (cgroupVersion(cgroups) === '1') {
    const usage = await read(join(cgroups, 'cpuacct', path, 'cpuacct.usage'));
    return usage === undefined ? undefined : Number(usage) / 1e6;
  }
  const [, usec] = /^usage_usec (\d+)$/m.exec((await read(join(cgroups, path, 'cpu.stat'))) ?? '') ?? [];
  return usec === undefined ? undefined : Number(usec) / 1e3;
}

async function read(file: string): Promise<string | undefined> {
  return await readFile(file, 'utf8').catch(() => undefined);
}
