/**
 * The first move of a process between cgroups makes the kernel wait for an RCU grace period, 8–16 ms; moves that follow it at once
 * need not (cgroup_threadgroup_rwsem, percpu-rwsem.c). So the wait is begun while there is other work to do: this process is moved
 * to where it is.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CgroupLayout } from './layout.ts';

export function beginMoves({ all }: CgroupLayout): void {
  const paths = ownPaths(readFileSync('/proc/self/cgroup', 'utf8'));
  const hierarchy = all.find(({ root, controllers }) => root === '/' && paths.has(controllers[0] ?? ''));
  const path = paths.get(hierarchy?.controllers[0] ?? '');
  if (!hierarchy || path === undefined) return;
  // It is no loss if it fails.
  writeFile(join(hierarchy.mount, path, 'cgroup.procs'), String(process.pid)).catch(() => undefined);
}

/** By the first controller of each hierarchy, '' for v2; cgroups(7). */
function ownPaths(text: string): Map<string, string> {
  const lines = text.split('\n').filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [, controllers = '', ...path] = line.split(':');
      return [controllers.split(',')[0] ?? '', path.join(':')];
    }),
  );
}
