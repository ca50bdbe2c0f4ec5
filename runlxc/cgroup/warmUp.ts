/**
 * The first move of a process between cgroups makes the kernel wait for an RCU grace period, 8–16 ms; moves that follow it at once
 * need not (cgroup_threadgroup_rwsem, percpu-rwsem.c). So the wait is begun while there is other work to do: this process is moved
 * to where it is.
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
  // It is no loss if it fails.
  writeFile(file, String(process.pid)).catch(() => undefined);
}
