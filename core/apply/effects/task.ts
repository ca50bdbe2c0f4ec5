/** The task: the shim, and the container made by the runtime up to, not including, its command. */
import { mkdir } from 'node:fs/promises';
import type { EffectKind } from '../../../hooks/effects.ts';
import {
  type Any,
  type ContainerdClient,
  ifFound,
  isContainerdError,
  saysEnded,
  TaskStatus,
} from '../../containerd/index.ts';
import { packOptions } from '../../containerd/runtimeOptions.ts';
import type { StdioPaths } from '../../io/index.ts';
import { killProcess } from '../../supervise/kill-process.ts';
import { checkpointPaths } from '../checkpointPaths.ts';
import type { ContainerEffectDeps } from './container.ts';
import type { Idmapped } from './idmap.ts';
import { runtimeError } from './runtimeError.ts';
import { endStrayShim } from './strayShim.ts';

const SIGKILL = 9;
/** A killed process is gone in milliseconds, unless the kernel holds it (uninterruptible sleep). */
const killDeadlineMs = 10_000;

export interface TaskEffectDeps extends ContainerEffectDeps {
  /** Milliseconds that the runtime may take. */
  startTimeout(): number;
}

export interface TaskArgs {
  id: string;
  /** Name of the checkpoint that it is made from. */
  checkpoint?: string;
}

export function taskEffect(
  deps: TaskEffectDeps,
): EffectKind<TaskArgs & Record<string, unknown>, { pid: number }> {
  const { client } = deps;
  return {
    kind: 'task',
    volatile: true,
    // Longer than the runtime's own, whose end says more.
    get deadlineMs() {
      return deps.startTimeout() + killDeadlineMs;
    },
    describe: () => 'have the runtime make the container',
    async apply({ id, checkpoint }, { resultOf, signal }) {
      const idmapped = resultOf('idmap') as Idmapped | undefined;
      const rootfs = idmapped?.rootfs ?? (await client.snapshots.mounts(id));
      const { stdin, stdout, stderr, terminal } = resultOf('io') as StdioPaths;
      const options = checkpoint === undefined ? {} : { options: await restoreOptions(deps, id, checkpoint) };
      const task = { containerId: id, rootfs, stdin, stdout, stderr, terminal, ...options };
      const deadlineMs = deps.startTimeout();
      const pid = await client.tasks.create(task, { signal, deadlineMs }).catch((error: unknown) => {
        throw runtimeError(error, deps.recordOf(id), deadlineMs);
      });
      return { pid };
    },
    async undo({ id }) {
      await deleteTask(client, id);
    },
  };
}

/** The container's own runtime options, and where criu finds its images. */
async function restoreOptions(deps: ContainerEffectDeps, id: string, checkpoint: string): Promise<Any> {
  const { draft, paths } = deps.recordOf(id);
  const { images, work } = checkpointPaths(paths.directory, checkpoint);
  await mkdir(work, { recursive: true, mode: 0o700 });
  const options = await deps.runtimeOf(draft.runtime).options(draft);
  return packOptions(options, { imagePath: images, workPath: work });
}

/** Ends and deletes a task in whatever state it is, with its shim; succeeds if there is none. */
export async function deleteTask(client: ContainerdClient, id: string): Promise<void> {
  // A create or a delete that was cut off may have left a shim without a task.
  if (await deleteFound(client, id).catch((error: unknown) => withoutRuntime(client, id, error))) return;
  await endStrayShim(client, id, () => deleteFound(client, id).catch(ignoreFailed));
}

/** The runtime does not work any more, or was uninstalled: init is killed from outside, and the shim ended as a stray one. */
async function withoutRuntime(client: ContainerdClient, id: string, error: unknown): Promise<false> {
  ignoreFailed(error);
  const task = await ifFound(client.tasks.get(id));
  if (task && task.pid > 0 && task.status !== TaskStatus.STOPPED) killProcess(task.pid);
  return false;
}

/** containerd passes on what the runtime has said. */
function ignoreFailed(error: unknown): void {
  if (!isContainerdError(error, 'PCH_CONTAINERD_FAILED')) throw error;
}

async function deleteFound(client: ContainerdClient, id: string): Promise<boolean> {
  const task = await ifFound(client.tasks.get(id));
  if (!task) return false;
  // One that was made and never started too: its delete would wait two seconds for the end of its output. One that was to
  // be restored has no process, whose end could be waited for.
  if (task.status !== TaskStatus.STOPPED && task.pid !== 0) await killTask(client, id);
  return (await ifFound(client.tasks.delete(id))) !== undefined;
}

async function killTask(client: ContainerdClient, id: string): Promise<void> {
  await ifFound(client.tasks.kill(id, SIGKILL, { all: true })).catch(ignoreEnded);
  await ifFound(client.tasks.wait(id, '', { deadlineMs: killDeadlineMs }));
}

/** It ended by itself meanwhile. */
function ignoreEnded(error: unknown): void {
  if (!saysEnded(error)) throw error;
}
