/** The task: the shim, and the container made by the runtime up to, not including, its command. */
import { hasCode } from '../../../hooks/errors.ts';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EffectKind } from '../../../hooks/effectKind.ts';
import {
  type Any,
  type ContainerdClient,
  ifFound,
  ignoreGone,
  type Mount,
  TaskStatus,
} from '../../containerd/index.ts';
import { layerDirectories } from '../../containerd/api/layerDirectories.ts';
import { packOptions } from '../../containerd/api/runtimeOptions.ts';
import { runcRoot } from '../../containerd/rpc/any.ts';
import type { FileWorkers } from '../../files/index.ts';
import type { StdioPaths } from '../../io/index.ts';
import { killProcess } from '../../supervise/killProcess.ts';
import { rootKeyOf } from '../../contract/rootKey.ts';
import { checkpointPaths } from '../checkpointPaths.ts';
import { checkCommand, checkDirectory, type LookUp } from './command.ts';
import type { ContainerEffectDeps } from './container.ts';
import type { Idmapped } from './idmap.ts';
import { runtimeError } from './runtimeError.ts';
import { removeBundle, removeLeftBundle } from './leftBundle.ts';
import { endStrayShim, killHungShim } from './strayShim.ts';
import { killDeadlineMs, sigkill } from '../../contract/signals.ts';

/**
 * What a runtime may take to delete an ended container, which takes some 50 ms; a virtual machine is ended by it. One
 * that hangs must not hold up the container's next start, or the end of the daemon. Milliseconds.
 */
const deleteDeadlineMs = { process: 5_000, vm: 60_000 };

export interface TaskEffectDeps extends Omit<ContainerEffectDeps, 'linkedEnv'> {
  /** See {@link bundlesOf}. */
  bundles: string | undefined;
  files: FileWorkers;
  /** Looks up files of an image by its id. */
  lookUp(image: string, lookups: Parameters<LookUp>[0]): ReturnType<LookUp>;
  /** Milliseconds that the runtime may take. */
  startTimeout(): number;
  /** The runtime did not delete a container in time. */
  onDeleteHung(id: string, deadlineMs: number): void;
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
    describe: () => 'create the container by the runtime',
    async check(_args, { draft }) {
      const lookUp: LookUp = (lookups) => deps.lookUp(draft.image.id, lookups);
      await checkDirectory(draft, lookUp);
      await checkCommand(draft, lookUp);
    },
    async apply({ id, checkpoint }, { resultOf, signal }) {
      const idmapped = resultOf('idmap') as Idmapped | undefined;
      const rootfs = idmapped?.rootfs ?? (await respondingMounts(deps, id));
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
      const deadlineMs = deleteDeadlineMs[isMachine(deps, id) ? 'vm' : 'process'];
      await deleteTask(client, id, {
        deadlineMs,
        bundles: deps.bundles,
        onHung: async () => {
          deps.onDeleteHung(id, deadlineMs);
          await forgetState(deps, id);
        },
      });
    },
  };
}

/** Those of the container's snapshot. Their mount would hang where a layer does, and could not be ended. */
async function respondingMounts({ client, files, recordOf }: TaskEffectDeps, id: string): Promise<Mount[]> {
  const mounts = await client.snapshots.mounts(rootKeyOf(recordOf(id)));
  const what = `the root file system of ${recordOf(id).name}`;
  await files.checkResponds(layerDirectories(mounts) ?? [], () => what);
  return mounts;
}

/** The container's own runtime options, and where criu finds its images. */
async function restoreOptions(deps: TaskEffectDeps, id: string, checkpoint: string): Promise<Any> {
  const { draft, paths } = deps.recordOf(id);
  const { images, work } = checkpointPaths(paths.directory, checkpoint);
  await deps.files.makeDirectory(work, `the checkpoint ${checkpoint}`, 0o700);
  const options = await deps.runtimeOf(draft.runtime).options(draft);
  return packOptions(options, { imagePath: images, workPath: work });
}

/** False also for a runtime that is no longer known. */
function isMachine(deps: TaskEffectDeps, id: string): boolean {
  try {
    return deps.runtimeOf(deps.recordOf(id).draft.runtime).isolation === 'vm';
  } catch {
    return false;
  }
}

/**
 * What runc keeps of a container that it did not delete: it would refuse the next one of that id. containerd knows
 * where, also when the plugin of the runtime is gone.
 */
async function forgetState({ client }: TaskEffectDeps, id: string): Promise<void> {
  const container = await ifFound(client.containers.get(id));
  const root = runcRoot(container?.runtime?.options);
  if (root !== undefined) await rm(join(root, client.namespace, id), { recursive: true, force: true });
}

interface DeleteOptions {
  /** Milliseconds that the runtime may take. */
  deadlineMs?: number;
  bundles?: string | undefined;
  /** The runtime hung; it has been killed, with the shim. */
  onHung?: () => void | Promise<void>;
}

/** Ends and deletes a task in any state, with its shim; succeeds if none exists. */
export async function deleteTask(
  client: ContainerdClient,
  id: string,
  { deadlineMs = deleteDeadlineMs.vm, bundles, onHung = () => undefined }: DeleteOptions = {},
): Promise<void> {
  const remove = () => deleteFound(client, id, deadlineMs);
  let bundle: string | undefined;
  let isHung = false;
  const isDeleted = await remove().catch(async (error: unknown) => {
    isHung = hasCode(error, 'PCH_DEADLINE');
    if (!isHung) return withoutRuntime(client, id, error);
    bundle = await killHungShim(client, id);
    return false;
  });
  // A create or a delete that was cut off may have left a shim without a task.
  if (!isDeleted) await endStrayShim(client, id, () => remove().catch(ignoreFailed));
  if (!isDeleted && bundles !== undefined) await removeLeftBundle(bundles, id);
  if (bundle !== undefined) await removeBundle(bundle);
  if (isHung) await onHung();
}

/**
 * The runtime does not work any more, or was uninstalled: init is killed from outside, and the shim ended as a stray
 * one.
 */
async function withoutRuntime(client: ContainerdClient, id: string, error: unknown): Promise<false> {
  ignoreFailed(error);
  const task = await ifFound(client.tasks.get(id));
  if (task && task.pid > 0 && task.status !== TaskStatus.STOPPED) killProcess(task.pid);
  return false;
}

/** containerd passes on what the runtime has said. */
function ignoreFailed(error: unknown): void {
  if (!hasCode(error, 'PCH_CONTAINERD_FAILED', 'PCH_DEADLINE')) throw error;
}

async function deleteFound(client: ContainerdClient, id: string, deadlineMs: number): Promise<boolean> {
  const task = await ifFound(client.tasks.get(id));
  if (!task) return false;
  // One that was made and never started too: its delete would wait two seconds for the end of its output. One that
  // was to be restored has no process, whose end could be waited for. Of one whose shim did not respond in time
  // nothing is known.
  const mayRun = task.pid !== 0 || task.status === TaskStatus.UNKNOWN;
  if (task.status !== TaskStatus.STOPPED && mayRun) await killTask(client, id);
  return (await ifFound(client.tasks.delete(id, { deadlineMs, deadlineAt: 'client' }))) !== undefined;
}

async function killTask(client: ContainerdClient, id: string): Promise<void> {
  await ifFound(client.tasks.kill(id, sigkill, { all: true })).catch(ignoreGone);
  await ifFound(client.tasks.wait(id, '', { deadlineMs: killDeadlineMs }));
}
