import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cgroupVersion } from './facts.ts';

/**
 * How many processes the kernel has killed in a container's cgroup, and in those below, for want of memory; 0 if the cgroup is
 * gone. `path` is from the hierarchy's root.
 */
export async function oomKills(path: string, cgroups = '/sys/fs/cgroup'): Promise<number> {
  // Events of v2 count those below (cgroup-v2, memory.events), those of v1 do not (memcg_memory_event).
  if (cgroupVersion(cgroups) === '2') return await killsIn(join(cgroups, path, 'memory.events'));
  return await killsBelow(join(cgroups, 'memory', path));
}

async function killsBelow(directory: string): Promise<number> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const groups = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(directory, name));
  const counts = [killsIn(join(directory, 'memory.oom_control')), ...groups.map(killsBelow)];
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

/** v1 has the line since Linux 4.13. */
async function killsIn(file: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
}
