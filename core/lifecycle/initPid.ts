import type { ContainerRecord } from '../../hooks/engine.ts';
import type { Kernel } from './kernel.ts';

/**
 * Host pid of the container's init. Most runtimes make it the task's; one whose monitor is the task tells it apart, for
 * namespaces and /proc/PID/root are init's.
 */
export async function initPid(
  kernel: Kernel,
  { id, draft }: ContainerRecord,
  taskPid: number,
): Promise<number> {
  const runtime = kernel.generations.current.runtimes.get(draft.runtime);
  return (await runtime?.initPid?.(id)) ?? taskPid;
}
