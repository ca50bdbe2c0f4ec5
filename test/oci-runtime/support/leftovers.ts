import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { mountsBelow } from '../../../scripts/lib/mounts.ts';
import { hierarchies } from '../../support/host/cgroups.ts';

/** Describes a runtime's leftovers of a row's containers: state, mounts, cgroups and their processes. */
export function leftovers(directory: string, root: string, cgroup: string): string[] {
  return [
    ...readdirSync(root)
      .filter((name) => !name.startsWith('.'))
      .map((name) => `state of ${name}`),
    ...mountsBelow(directory).map((path) => `mount ${path}`),
    ...containerCgroups(cgroup).map((path) => `cgroup ${path} with ${processesIn(path).length} processes`),
  ];
}

/** Kills and removes the leftovers. */
export function clear(directory: string, cgroup: string): void {
  for (const path of mountsBelow(directory)) spawnSync('umount', ['--lazy', path]);
  for (const path of below(cgroup)) {
    for (const pid of processesIn(path)) process.kill(pid, 'SIGKILL');
    removeWhenEmpty(path);
  }
  rmSync(directory, { recursive: true, force: true });
}

/** The parents of containers' cgroups belong to the suite; a runtime need not remove them. */
function containerCgroups(cgroup: string): string[] {
  return below(cgroup).filter((path) => !path.endsWith(cgroup));
}

/** Cgroups in every hierarchy, innermost first. */
function below(cgroup: string): string[] {
  return hierarchies()
    .map((hierarchy) => join(hierarchy, cgroup))
    .filter((path) => existsSync(path))
    .flatMap(withChildren);
}

function withChildren(path: string): string[] {
  const children = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...children.flatMap(({ name }) => withChildren(join(path, name))), path];
}

function processesIn(cgroup: string): number[] {
  try {
    return readFileSync(join(cgroup, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    // Removed in the meantime.
    return [];
  }
}

/** Exiting processes keep their cgroup briefly; the suite checks again at its end. */
function removeWhenEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Reported as a leftover at the end if it still exists.
  }
}
