import { readFileSync } from 'node:fs';
import { isProcessGone, TaskStatus } from '../../containerd/index.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { isVm } from '../vm/isVm.ts';

/**
 * Sends a signal to an exec, and to its process group: a shell that waits for a program does not pass it on. Succeeds
 * if it has ended.
 */
export async function signalExec(
  engine: EngineContext,
  { container, id }: { container: string; id: string },
  signal: number,
): Promise<void> {
  const { tasks } = engine.client;
  try {
    if (!mayBeVm(engine, container)) {
      const { pid, status } = await tasks.get(container, id);
      // The pid of one that has ended may be another's.
      if (status === TaskStatus.STOPPED) return;
      if (signalGroup(pid, signal)) return;
    }
    await tasks.kill(container, signal, { execId: id });
  } catch (error) {
    if (!isProcessGone(error)) throw error;
  }
}

/** Of a virtual machine containerd has pids that are not the host's. */
function mayBeVm(engine: EngineContext, container: string): boolean {
  return !engine.store.has(container) || isVm(engine, engine.store.get(container));
}

/** Runtimes make an exec the leader of a session; returns false if it is not, or has ended. */
function signalGroup(pid: number, signal: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // proc_pid_stat(5): the name may have spaces; after it come state, parent and process group.
    const [, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (pid <= 1 || Number(group) !== pid) return false;
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}
