/** The task: the shim, and the container made by the runtime up to, not including, its command. */
import { mkdir } from 'node:fs/promises';
import type { EffectKind } from '../../../hooks/effects.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
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

/**
 * Runtimes answer in prose; what a user caused gets its code. The texts are runc's and crun's for execve(2) failures.
 */
export function runtimeError(error: unknown, { id, draft }: ContainerRecord, deadlineMs?: number): unknown {
  if (!(error instanceof PouchError)) return error;
  const text = error.message;
  const details = { container: id, cause: error };
  if (error.code === 'PCH_DEADLINE' && deadlineMs !== undefined)
    return new PouchError(
      'PCH_DEADLINE',
      `the runtime ${draft.runtime} did not answer within ${deadlineMs / 1000} s`,
      {
        ...details,
        hint: 'it was ended; `pouch doctor` looks at runtimes, runtime.startTimeout of pouchd.yaml gives more time',
      },
    );
  if (!error.code.startsWith('PCH_CONTAINERD_')) return error;
  const cwd = missingDirectory(text);
  if (cwd !== undefined)
    return new PouchError('PCH_OPTION_INVALID', `the working directory ${cwd} is not in the container`, {
      ...details,
      hint: 'make it there, or choose another --workdir',
    });
  if (/executable file not found|no such file or directory.*exec|exec.*no such file or directory/i.test(text))
    return new PouchError('PCH_COMMAND_NOT_FOUND', `${quotedCommand(text)}the command is not in the image`, {
      ...details,
      hint: 'check its spelling, its path and the image’s PATH',
    });
  if (isNotExecutable(text))
    return new PouchError(
      'PCH_COMMAND_NOT_EXECUTABLE',
      `${quotedCommand(text)}the command cannot be executed`,
      {
        ...details,
        hint: 'check its mode bits and that it is built for this platform',
      },
    );
  return new PouchError('PCH_RUNTIME_FAILED', `the runtime ${draft.runtime} failed: ${brief(text)}`, {
    ...details,
    hint: 'the daemon log has the runtime’s whole answer',
  });
}

/** crun (`open executable: …`) says of a directory that its execution is not permitted. */
function isNotExecutable(text: string): boolean {
  if (/open executable: operation not permitted/i.test(text)) return true;
  return /permission denied|exec format error|is a directory/i.test(text) && /exec/i.test(text);
}

/** runc: `chdir to cwd ("/foo") set in config.json failed`; crun: ``chdir to `/foo` ``. */
function missingDirectory(text: string): string | undefined {
  return /chdir to (?:cwd \(\\?"|`)([^"`\\]+)/.exec(text)?.[1];
}

/** runc: `exec: "foo": executable file not found in $PATH`; crun: ``executable file `foo` not found in $PATH``. */
function quotedCommand(text: string): string {
  const command = /exec(?:utable file)?:? (?:\\?"|`)([^"`\\]+)/.exec(text)?.[1];
  return command ? `"${command}": ` : '';
}

/** What follows containerd's own call names. */
function brief(text: string): string {
  return text
    .replace(/^containerd \S+: (failed to create shim task: )?(OCI runtime create failed: )?/, '')
    .replace(
      /^unable to retrieve OCI runtime error \([^)]*\): (.*) did not terminate successfully: /s,
      silent,
    )
    .slice(0, 600);
}

/** A runtime tells what is wrong in the log that it is given; one of another kind, or a killed one, does not. */
function silent(_: string, executable: string): string {
  return `${executable} gave no reason and ended with `;
}
