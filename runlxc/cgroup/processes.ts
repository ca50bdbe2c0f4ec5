import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CgroupLayout, directory, payload } from './layout.ts';

/** Returns all processes of the container, without its monitor. */
export function containerProcesses(layout: CgroupLayout, cgroup: string): number[] {
  return [...new Set(layout.all.flatMap((hierarchy) => processesBelow(payload(hierarchy, cgroup))))].sort(
    (one, other) => one - other,
  );
}

/** Returns all processes below the container's cgroup, in every hierarchy. */
export function cgroupProcesses(layout: CgroupLayout, cgroup: string): number[] {
  return [...new Set(layout.all.flatMap((hierarchy) => processesBelow(directory(hierarchy, cgroup))))];
}

/** Returns the processes of a cgroup and those below; empty if it does not exist. */
function processesBelow(path: string): number[] {
  let own: number[];
  try {
    own = readFileSync(join(path, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
  // 0 is a process of a PID namespace that is not a descendant of this one.
  return [...own.filter((pid) => pid > 0), ...subdirectories(path).flatMap(processesBelow)];
}

export function subdirectories(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
  } catch {
    return [];
  }
}
