import { readFile } from 'node:fs/promises';
import type { ContainerRecord } from '../../hooks/engine.ts';
import type { Kernel } from './kernel.ts';
import { notRunning } from './kill.ts';
import { onTask } from './onTask.ts';

/** The container's processes by host pid, with their command lines (proc_pid_cmdline(5)). */
export async function processesOf(
  kernel: Kernel,
  record: ContainerRecord,
): Promise<{ pid: number; command: string }[]> {
  if (!['running', 'paused'].includes(record.state.status)) throw notRunning(record);
  const processes = await onTask(kernel, record, () => kernel.client.tasks.listPids(record.id));
  return await Promise.all(processes.map(async ({ pid }) => ({ pid, command: await commandOf(pid) })));
}

async function commandOf(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return line.replace(/\0+$/, '').replaceAll('\0', ' ') || `[${pid}]`;
}
