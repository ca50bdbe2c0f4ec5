import { readFileSync } from 'node:fs';

/** Titles in /proc/PID/limits (proc(5)), by the limit's name. */
const titles: Record<string, string> = {
  RLIMIT_AS: 'Max address space',
  RLIMIT_CORE: 'Max core file size',
  RLIMIT_CPU: 'Max cpu time',
  RLIMIT_DATA: 'Max data size',
  RLIMIT_FSIZE: 'Max file size',
  RLIMIT_LOCKS: 'Max file locks',
  RLIMIT_MEMLOCK: 'Max locked memory',
  RLIMIT_MSGQUEUE: 'Max msgqueue size',
  RLIMIT_NICE: 'Max nice priority',
  RLIMIT_NOFILE: 'Max open files',
  RLIMIT_NPROC: 'Max processes',
  RLIMIT_RSS: 'Max resident set',
  RLIMIT_RTPRIO: 'Max realtime priority',
  RLIMIT_RTTIME: 'Max realtime timeout',
  RLIMIT_SIGPENDING: 'Max pending signals',
  RLIMIT_STACK: 'Max stack size',
};

/** This process's hard limits by `RLIMIT_…`; unlimited is Infinity. */
export function ownHardLimits(): Map<string, number> {
  const lines = readFileSync('/proc/self/limits', 'utf8').split('\n');
  return new Map(Object.entries(titles).map(([name, title]) => [name, hardLimit(lines, title)]));
}

function hardLimit(lines: string[], title: string): number {
  const line = lines.find((text) => text.startsWith(`${title} `))?.slice(title.length) ?? '';
  const text = line.trim().split(/\s+/)[1];
  return text === undefined || text === 'unlimited' ? Infinity : Number(text);
}
