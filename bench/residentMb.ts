import { readFileSync } from 'node:fs';

/** VmRSS (proc(5)) in MB; NaN without a pid. */
export function residentMb(pid: number | undefined): number {
  if (pid === undefined) return NaN;
  const kb = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1024;
}
