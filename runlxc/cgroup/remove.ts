import { rmdirSync } from 'node:fs';
import { RunlxcError } from '../cli/error.ts';
import { waitFor } from '../state/wait.ts';
import { type CgroupLayout, directory } from './layout.ts';
import { cgroupProcesses, subdirectories } from './processes.ts';

/** Milliseconds within which the kernel releases a cgroup after its last process has exited. */
const withinMs = 5_000;

/** Removes the container's cgroup and those below it, in every hierarchy. */
export async function removeCgroup(layout: CgroupLayout, cgroup: string): Promise<void> {
  for (const hierarchy of layout.all) {
    const path = directory(hierarchy, cgroup);
    if (!(await waitFor(() => removeTree(path), withinMs)))
      throw new RunlxcError(`the cgroup ${path} is in use`);
  }
}

/**
 * Removes an empty cgroup: LXC creates the container's cgroup, which must not exist.
 * @throws RunlxcError if it contains processes
 */
export async function clearCgroup(layout: CgroupLayout, cgroup: string): Promise<void> {
  const found = cgroupProcesses(layout, cgroup);
  if (found.length > 0)
    throw new RunlxcError(
      `linux.cgroupsPath: container's cgroup is not empty: ${found.length} process(es) found`,
    );
  await removeCgroup(layout, cgroup);
}

function removeTree(path: string): boolean {
  try {
    for (const below of subdirectories(path)) removeTree(below);
    rmdirSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
