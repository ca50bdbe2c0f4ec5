import { readFile } from 'node:fs/promises';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { notRunning } from '../task/refusals.ts';
import { onTask } from '../task/onTask.ts';
import { isUp } from '../../state/status.ts';

/** The container's processes by host pid, with their command lines (proc_pid_cmdline(5)). */
export async function processesOf(
  engine: EngineContext,
  record: ContainerRecord,
): Promise<{ pid: number; command: string }[]> {
  if (!isUp(record)) throw notRunning(record);
  const processes = await onTask(engine, record, () => engine.client.tasks.listPids(record.id));
  return await Promise.all(processes.map(async ({ pid }) => ({ pid, command: await commandOf(pid) })));
}

async function commandOf(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return line.replace(/\0+$/, '').replaceAll('\0', ' ') || `[${pid}]`;
}
