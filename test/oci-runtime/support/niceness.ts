import { getPriority, setPriority } from 'node:os';

/** Gives this process, and so the runtimes that it starts, niceness 0. Without CAP_SYS_NICE a higher one stays. */
export function resetNiceness(): void {
  try {
    setPriority(process.pid, 0);
  } catch {
    // Rows that depend on it are not tried then.
  }
}

/** Why a row that expects niceness 0 by default cannot be tried; undefined if it can. */
export function withoutDefaultNiceness(): string | undefined {
  const niceness = getPriority(process.pid);
  return niceness === 0 ? undefined : `the tests have niceness ${niceness} and may not change it`;
}
