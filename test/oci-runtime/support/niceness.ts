import { getPriority, setPriority } from 'node:os';

/**
 * Sets niceness 0 for this process, and so for the runtimes that it starts. Without CAP_SYS_NICE a higher value
 * remains.
 */
export function resetNiceness(): void {
  try {
    setPriority(process.pid, 0);
  } catch {
    // Rows that depend on it are skipped then.
  }
}

/** Returns why a row that expects niceness 0 cannot be tried; undefined if it can. */
export function withoutDefaultNiceness(): string | undefined {
  const niceness = getPriority(process.pid);
  return niceness === 0 ? undefined : `the tests have niceness ${niceness} and cannot change it`;
}
