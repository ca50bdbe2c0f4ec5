import { readFileSync } from 'node:fs';

/** Whether a process has exited, reaped or not. */
export function hasEnded(pid: string): boolean {
  try {
    return /^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}
