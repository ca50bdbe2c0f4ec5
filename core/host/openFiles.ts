import { readFileSync } from 'node:fs';

/** Returns the soft limit of open files (RLIMIT_NOFILE) of a process, by default of this one; Infinity for no limit. */
export function openFilesLimit(pid: number | 'self' = 'self'): number {
  const soft = /^Max open files\s+(\S+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1];
  return soft === undefined || soft === 'unlimited' ? Infinity : Number(soft);
}
