import { readFileSync } from 'node:fs';

/** One process, told apart from later ones that get the same pid. Plain JSON. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks from the boot to the process's start: field 22 of /proc/PID/stat, proc(5). */
  startTicks: string;
  /** The boot that the ticks count from. */
  bootId: string;
}

/** The living process with that pid; undefined if there is none. A zombie is dead. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readOptional(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const startTicks = startTicksOf(stat);
  return startTicks === undefined ? undefined : { pid, startTicks, bootId: bootId() };
}

/** When the living process of a /proc/PID/stat began; undefined for a zombie. */
export function startTicksOf(stat: string): string | undefined {
  // The name in parentheses may hold spaces and parentheses, so count from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  return state === 'Z' || state === 'X' ? undefined : startTicks;
}

/** Whether that very process lives. */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = identify(identity.pid);
  return now?.startTicks === identity.startTicks && now.bootId === identity.bootId;
}

/** Sends a signal to that very process; false if it is gone. */
export function signal(identity: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    return process.kill(identity.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
