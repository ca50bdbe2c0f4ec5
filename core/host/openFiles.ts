import { readFileSync } from 'node:fs';

/** How many files a process, this one by default, may have open (RLIMIT_NOFILE, soft); Infinity for no limit. */
export function openFilesLimit(pid: number | 'self' = 'self'): number {
  const soft = /^Max open files\s+(\S+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1];
  return soft === undefined || soft === 'unlimited' ? Infinity : Number(soft);
}
