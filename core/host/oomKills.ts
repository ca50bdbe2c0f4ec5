import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cgroupVersion } from './detect.ts';

/**
 * Returns how many processes the OOM killer has ended in a container's cgroup and its descendants; 0 if the cgroup
 * does not exist. `path` is relative to the hierarchy's root.
 */
export async function oomKills(path: string, cgroups = '/sys/fs/cgroup'): Promise<number> {
  // Counters of v2 include descendants (cgroup-v2, memory.events); those of v1 do not (memcg_memory_event).
  if (cgroupVersion(cgroups) === '2') return await killsIn(join(cgroups, path, 'memory.events'));
  return await killsBelow(join(cgroups, 'memory', path));
}

async function killsBelow(directory: string): Promise<number> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const groups = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(directory, name));
  const counts = [killsIn(join(directory, 'memory.oom_control')), ...groups.map(killsBelow)];
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

/** In v1 the line exists since Linux 4.13. */
async function killsIn(file: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
}
