/**
 * The first move of a process between cgroups makes the kernel wait for an RCU grace period, 8–16 ms; moves that
 * follow at once do not wait (cgroup_threadgroup_rwsem, percpu-rwsem.c). So this starts the wait early, in parallel
 * to other work: it moves the current process to its own cgroup.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CgroupLayout, keyOf, memberDirectory } from './layout.ts';
import { membershipOf } from './membership.ts';

export function beginMoves({ all }: CgroupLayout): void {
  const own = membershipOf('self');
  const hierarchy = all.find((each) => each.root === '/' && own.has(keyOf(each)));
  if (!hierarchy) return;
  const file = join(memberDirectory(hierarchy, own), 'cgroup.procs');
  // A failure only loses the optimization.
  writeFile(file, String(process.pid)).catch(() => undefined);
}
