import { readFileSync } from 'node:fs';

/** Identifies a process, unlike a pid, which a later process may get. Plain JSON. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks from the boot to the process's start: field 22 of /proc/PID/stat, proc(5). */
  startTicks: string;
  /** Id of the boot that the ticks count from. */
  bootId: string;
}

/**
 * Returns the living process with that pid; undefined if it does not exist or is a zombie.
 * @throws the system's error if /proc cannot be read, such as EMFILE, which says nothing about the process
 */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readProcFile(`/proc/${pid}/stat`);
  const startTicks = startTicksOf(stat);
  return startTicks === undefined ? undefined : { pid, startTicks, bootId: bootId() };
}

/** Returns the start time in /proc/PID/stat; undefined for a zombie. */
export function startTicksOf(stat: string): string | undefined {
  // The name in parentheses may have spaces and parentheses, so count from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  return state === 'Z' || state === 'X' ? undefined : startTicks;
}

/** Whether the process is alive. While /proc cannot be read, any process with its pid counts. */
export function isAlive(identity: ProcessIdentity): boolean {
  try {
    return isSame(identity);
  } catch {
    return send(identity.pid, 0);
  }
}

/** Sends a signal to the process. Returns false if it has ended. @throws the system's error if /proc cannot be read */
export function signal(identity: ProcessIdentity, name: NodeJS.Signals): boolean {
  return isSame(identity) && send(identity.pid, name);
}

function isSame({ pid, startTicks, bootId: boot }: ProcessIdentity): boolean {
  const now = identify(pid);
  return now?.startTicks === startTicks && now.bootId === boot;
}

/** Returns false if no process has that pid. */
function send(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Returns '' for a process that has ended. */
function readProcFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isGone(error)) return '';
    throw error;
  }
}

/** Whether reading a file of /proc/PID failed because the process has ended (proc(5)). */
export function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ESRCH';
}
