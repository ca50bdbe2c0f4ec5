/** Removes everything that a container has on the host, in any state. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupProcesses } from '../cgroup/processes.ts';
import { isFrozen, thaw } from '../cgroup/freezer.ts';
import { removeCgroup } from '../cgroup/remove.ts';
import type { Context } from '../cli/context.ts';
import { RunlxcError } from '../cli/error.ts';
import { isAlive, kill, processRef, send } from '../state/process.ts';
import { release, type State } from '../state/store.ts';
import { waitFor } from '../state/wait.ts';

const sigkill = 9;
/** In milliseconds; a killed process exits within a few, unless it is blocked in the kernel. */
const endWithinMs = 10_000;

/** Kills its processes and removes its cgroups and files. */
export async function destroy(
  { layout }: Context,
  { dir, state }: { dir: string; state: State | undefined },
): Promise<void> {
  if (state) await endProcesses({ layout }, dir, state);
  release(dir);
}

async function endProcesses({ layout }: Pick<Context, 'layout'>, dir: string, state: State): Promise<void> {
  kill(state.init, sigkill);
  // A monitor exits after its container; one that is still creating it has to be killed.
  if (!state.isCreated) kill(state.monitor, sigkill);
  for (const pid of state.monitor ? [] : monitorsOf(dir)) send(pid, sigkill);
  const hasMonitorEnded = await waitFor(() => !isAlive(state.monitor), endWithinMs / 10);
  if (!hasMonitorEnded) kill(state.monitor, sigkill);
  const isEmpty = () => {
    const left = cgroupProcesses(layout, state.cgroup).filter((pid) => processRef(pid) !== undefined);
    for (const pid of left) send(pid, sigkill);
    // Frozen processes do not exit.
    if (left.length > 0 && isFrozen(layout, state.cgroup)) thaw(layout, state.cgroup);
    return left.length === 0;
  };
  if (!(await waitFor(isEmpty, endWithinMs)))
    throw new RunlxcError('the processes of the container do not exit');
  await removeCgroup(layout, state.cgroup);
}

/** Finds the monitor of a create that was interrupted before it stored the monitor's pid. */
function monitorsOf(dir: string): number[] {
  const plan = join(dir, 'monitor.plan');
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && commandLine(pid).includes(plan));
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
