/** Processes, told apart by their start when a number is used again. */
import { readFileSync, readlinkSync } from 'node:fs';

export interface ProcessRef {
  pid: number;
  /** Clock ticks since boot, proc(5): field 22 of stat. */
  start: string;
}

/** Undefined if it has ended, also if nobody has waited for it. */
export function processRef(pid: number): ProcessRef | undefined {
  const fields = statFields(pid);
  const state = fields?.[0];
  if (!fields || state === 'Z' || state === 'X') return undefined;
  return { pid, start: fields[19] ?? '' };
}

export function isAlive(ref: ProcessRef | undefined): ref is ProcessRef {
  return ref !== undefined && processRef(ref.pid)?.start === ref.start;
}

/** Those behind the name, which may have any character in it. */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** Whether an init has not yet become the user's program. */
export function isStillInit(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`).includes('runlxc-init');
  } catch {
    return false;
  }
}

/** The first child of a process. */
export function childOf(pid: number): number | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? undefined : Number(children.split(' ')[0]);
}

/** Ends a process that may have ended already. */
export function kill(ref: ProcessRef | undefined, signal: number): void {
  if (isAlive(ref)) send(ref.pid, signal);
}

/** False if there is no such process. */
export function send(pid: number, signal: number): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
