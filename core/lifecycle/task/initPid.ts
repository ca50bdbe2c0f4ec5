import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/**
 * Host pid of the container's init. Most runtimes make it the task's; one whose monitor is the task reports init's, for
 * namespaces and /proc/PID/root are init's.
 */
export async function initPid(
  engine: EngineContext,
  { id, draft }: ContainerRecord,
  taskPid: number,
): Promise<number> {
  const runtime = engine.generations.current.runtimes.get(draft.runtime);
  return (await runtime?.initPid?.(id)) ?? taskPid;
}
