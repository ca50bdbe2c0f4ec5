/**
 * Parents of containers' cgroups may belong to others (`/kubepods/POD`). On cgroup v1 LXC supports only its own: it
 * sets CPUs and memory nodes, without which a cpuset accepts no process (cpuset(7)), on the first level below its
 * base, overwrites those of an existing first level, and lets the levels below inherit. So parents are completed
 * here, as in runc. Where that is not enough, the container's parent becomes LXC's base, and the monitor joins it
 * first (it takes 10 ms). On cgroup v2 LXC enables the controllers at each level itself.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RunlxcError } from '../cli/error.ts';
import { type CgroupLayout, directory, type Hierarchy } from './layout.ts';

const files = ['cpuset.cpus', 'cpuset.mems'];

/**
 * Creates and completes the parents of a container's cgroup.
 * @returns cgroup.procs of the parent in each hierarchy if the monitor has to join it; empty to use LXC's own base
 * @throws RunlxcError
 */
export function prepareParents({ all, unified }: CgroupLayout, cgroup: string): string[] {
  const parents = parentsOf(cgroup);
  const parent = parents.at(-1);
  const cpuset = all.find(({ controllers }) => controllers.includes('cpuset'));
  if (unified || parent === undefined || !cpuset) return [];
  for (const path of parents) complete(directory(cpuset, path));
  if (suitsLxc(cpuset, parents)) return [];
  const directories = all.map((hierarchy) => directory(hierarchy, parent));
  for (const path of directories) create(path);
  if (all.every((hierarchy, index) => takesProcesses(hierarchy, directories[index]!)))
    return directories.map((path) => join(path, 'cgroup.procs'));
  // As a fallback, the cgroups that LXC creates in the parent inherit.
  write(join(directory(cpuset, parent), inheritance), '1');
  return [];
}

/** Returns `/a` and `/a/b` for `/a/b/c`. */
export function parentsOf(cgroup: string): string[] {
  const parent = dirname(cgroup);
  return parent === '/' ? [] : [...parentsOf(parent), parent];
}

const inheritance = 'cgroup.clone_children';

/** Whether LXC would not change the first level, and the last level passes its values on. */
function suitsLxc(cpuset: Hierarchy, parents: readonly string[]): boolean {
  const [first = '', last = ''] = [parents[0], parents.at(-1)].map((path) => directory(cpuset, path ?? ''));
  const isSame = files.every((file) => valueOf(join(first, file)) === valueOf(join(dirname(first), file)));
  return isSame && (first === last || valueOf(join(last, inheritance)) === '1');
}

/** A v2 cgroup, which may exist beside v1, accepts no processes while it has controllers enabled for cgroups below. */
function takesProcesses({ version }: Hierarchy, path: string): boolean {
  return version === 1 || valueOf(join(path, 'cgroup.subtree_control')) === '';
}

/** Completes a cpuset; keeps values that are already set. */
function complete(path: string): void {
  const isNew = create(path);
  for (const file of files)
    if (valueOf(join(path, file)) === '') write(join(path, file), valueOf(join(dirname(path), file)));
  if (isNew) write(join(path, inheritance), '1');
}

/** Returns whether the directory was created. */
function create(path: string): boolean {
  return attempt(`create ${path}`, () => mkdirSync(path, { recursive: true })) !== undefined;
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
