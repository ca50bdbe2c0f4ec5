import { identify, type ProcessIdentity } from './processIdentity.ts';
import { readProcesses } from './readProcesses.ts';

/** Returns the living descendants of a process, the youngest generation last. */
export async function descendantsOf(pid: number): Promise<ProcessIdentity[]> {
  const parents = await parentsByPid();
  const found: number[] = [];
  for (let generation = [pid]; generation.length > 0;) {
    generation = [...parents].filter(([, parent]) => generation.includes(parent)).map(([child]) => child);
    found.push(...generation);
  }
  return found.map(identify).filter((process) => process !== undefined);
}

/** Field 4 of /proc/PID/stat, proc(5). */
async function parentsByPid(): Promise<Map<number, number>> {
  const stats = [...(await readProcesses('stat'))];
  return new Map(
    stats.map(([pid, stat]) => [pid, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])]),
  );
}
