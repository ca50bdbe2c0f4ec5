import { readFileSync } from 'node:fs';

/** How many files this process may have open (RLIMIT_NOFILE, soft); Infinity for no limit. */
export function openFilesLimit(): number {
  const soft = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return soft === undefined || soft === 'unlimited' ? Infinity : Number(soft);
}
