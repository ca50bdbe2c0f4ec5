import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import type { HostUsage } from '../../../hooks/stats.ts';

/** USER_HZ, in which /proc/stat counts, is 100 on every platform that Node runs on (proc_stat(5)). */
const nsPerTick = 1e9 / 100;
/** user, nice, system, idle, iowait, irq, softirq, steal; the guests' time is in `user` already. */
const countedFields = 8;

/** Needs /proc/stat. */
export async function hostUsage(): Promise<HostUsage> {
  return { ...parseStat(await readFile('/proc/stat', 'utf8')), memory: totalmem() };
}

export function parseStat(text: string): Pick<HostUsage, 'cpuNs' | 'onlineCpus'> {
  const lines = text.split('\n').filter((line) => line.startsWith('cpu'));
  const [, ...ticks] = (lines[0] ?? '').split(/\s+/);
  const counted = ticks.slice(0, countedFields).map(Number);
  return { cpuNs: counted.reduce((sum, each) => sum + each, 0) * nsPerTick, onlineCpus: lines.length - 1 };
}
