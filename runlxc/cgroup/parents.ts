/**
 * Parents of containers' cgroups may be others' (`/kubepods/POD`). On cgroup v1 LXC gets along with its own only: it gives CPUs and
 * memory nodes, without which a cpuset takes no process (cpuset(7)), to the first level below its base, and overwrites those of a
 * first level that exists. So there its base is the container's parent, which the monitor joins first, and the parents are completed
 * here, as runc does. On cgroup v2 LXC enables the controllers at each level itself.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RunlxcError } from '../cli/error.ts';
import { type CgroupLayout, directory, type Hierarchy } from './layout.ts';

/**
 * Creates and completes the parents of a container's cgroup.
 * @returns cgroup.procs of the parent in each hierarchy, if the monitor has to join it; none if LXC's own base is to be used
 * @throws RunlxcError
 */
export function prepareParents({ all, unified }: CgroupLayout, cgroup: string): string[] {
  const parents = parentsOf(cgroup);
  const parent = parents.at(-1);
  if (unified || parent === undefined) return [];
  for (const hierarchy of all) for (const path of parents) prepare(hierarchy, path);
  const directories = all.map((hierarchy) => directory(hierarchy, parent));
  if (all.every((hierarchy, index) => takesProcesses(hierarchy, directories[index]!)))
    return directories.map((path) => join(path, 'cgroup.procs'));
  // The next best: what LXC creates in the parent inherits its CPUs.
  for (const path of directories.filter((_, index) => hasCpuset(all[index]!)))
    write(join(path, 'cgroup.clone_children'), '1');
  return [];
}

/** `/a` and `/a/b` of `/a/b/c`. */
export function parentsOf(cgroup: string): string[] {
  const parent = dirname(cgroup);
  return parent === '/' ? [] : [...parentsOf(parent), parent];
}

function hasCpuset({ controllers }: Hierarchy): boolean {
  return controllers.includes('cpuset');
}

/** A cgroup of v2, which may be beside those of v1, takes none while it has controllers for others below. */
function takesProcesses({ version }: Hierarchy, path: string): boolean {
  return version === 1 || valueOf(join(path, 'cgroup.subtree_control')) === '';
}

function prepare(hierarchy: Hierarchy, cgroup: string): void {
  const path = directory(hierarchy, cgroup);
  attempt(`create ${path}`, () => mkdirSync(path, { recursive: true }));
  if (!hasCpuset(hierarchy)) return;
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    // A value that somebody chose stays.
    if (valueOf(join(path, file)) === '') write(join(path, file), valueOf(join(dirname(path), file)));
  }
}

function valueOf(file: string): string {
  return attempt(`read ${file}`, () => readFileSync(file, 'utf8').trim());
}

function write(file: string, value: string): void {
  attempt(`write "${value}" to ${file}`, () => writeFileSync(file, value));
}

function attempt<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new RunlxcError(`linux.cgroupsPath: failed to ${what}: ${code}`);
  }
}
