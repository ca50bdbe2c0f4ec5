/** Processes, identified by pid and start time, since pids are reused. */
import { readFileSync, readlinkSync } from 'node:fs';

export interface ProcessRef {
  pid: number;
  /** Clock ticks since boot, proc(5): field 22 of stat. */
  start: string;
}

/** Returns undefined if the process has exited, even if it is a zombie. */
export function processRef(pid: number): ProcessRef | undefined {
  const fields = statFields(pid);
  const state = fields?.[0];
  if (!fields || state === 'Z' || state === 'X') return undefined;
  return { pid, start: fields[19] ?? '' };
}

export function isAlive(ref: ProcessRef | undefined): ref is ProcessRef {
  return ref !== undefined && processRef(ref.pid)?.start === ref.start;
}

/** Returns the fields after the name, which may contain any character. */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** Whether an init has not yet executed the user's program. */
export function isStillInit(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`).includes('runlxc-init');
  } catch {
    return false;
  }
}

/** Returns the first child of a process. */
export function childOf(pid: number): number | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? undefined : Number(children.split(' ')[0]);
}

/** Kills a process that may already have exited. */
export function kill(ref: ProcessRef | undefined, signal: number): void {
  if (isAlive(ref)) send(ref.pid, signal);
}

/** Returns false if the process does not exist. */
export function send(pid: number, signal: number): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
