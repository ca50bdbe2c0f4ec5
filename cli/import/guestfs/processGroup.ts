import { readdirSync, readFileSync } from 'node:fs';

/**
 * Kills the processes of a group but the one that leads it, and rm(1), by which that one removes its files. Before it
 * calls rm, a child has the leader's name.
 */
export function killOthersOfGroup(leader: number): void {
  const spared = ['rm', statOf(String(leader)).command];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === leader) continue;
    const { command, group } = statOf(name);
    if (group === leader && !spared.includes(command)) kill(pid);
  }
}

/** Kills all processes of a group. */
export function killGroup(leader: number): void {
  kill(-leader);
}

/** Fields of proc(5)'s stat; the second one is a name in parentheses, with any characters. */
function statOf(pid: string): { command?: string; group?: number } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const end = stat.lastIndexOf(')');
    const command = stat.slice(stat.indexOf('(') + 1, end);
    return { command, group: Number(stat.slice(end + 2).split(' ')[2]) };
  } catch {
    return {};
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
