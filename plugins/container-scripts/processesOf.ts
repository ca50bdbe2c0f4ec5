import { readdirSync, readFileSync } from 'node:fs';

/** The variable that a script and all that it starts have, with the id of its run. */
export const runVariable = 'POUCH_SCRIPT_RUN';

/** Kills the processes of one run of a script, also those that have left its process group. */
export function killRun(run: string): void {
  for (const pid of processesOf(run)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
}

function processesOf(run: string): number[] {
  const entry = `${runVariable}=${run}`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => environmentOf(name).split('\0').includes(entry))
    .map(Number);
}

/** Empty for a process that has ended. */
function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}
