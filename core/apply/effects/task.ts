/** The task: the shim, and the container made by the runtime up to, not including, its command. */
import type { EffectKind } from '../../../hooks/effects.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { type ContainerdClient, ifFound, saysEnded, TaskStatus } from '../../containerd/index.ts';
import type { StdioPaths } from '../../io/index.ts';
import { endStrayShim } from './strayShim.ts';

const SIGKILL = 9;
/** A killed process is gone in milliseconds, unless the kernel holds it (uninterruptible sleep). */
const killDeadlineMs = 10_000;

export function taskEffect(client: ContainerdClient): EffectKind<{ id: string }, { pid: number }> {
  return {
    kind: 'task',
    volatile: true,
    describe: () => 'have the runtime make the container',
    async apply({ id }, { resultOf, signal }) {
      const rootfs = await client.snapshots.mounts(id);
      const { stdin, stdout, stderr, terminal } = resultOf('io') as StdioPaths;
      const task = { containerId: id, rootfs, stdin, stdout, stderr, terminal };
      const pid = await client.tasks.create(task, { signal }).catch((error: unknown) => {
        throw runtimeError(error, id);
      });
      return { pid };
    },
    async undo({ id }) {
      await deleteTask(client, id);
    },
  };
}

/** Ends and deletes a task in whatever state it is, with its shim; succeeds if there is none. */
export async function deleteTask(client: ContainerdClient, id: string): Promise<void> {
  // A create or a delete that was cut off may have left a shim without a task.
  if (!(await deleteFound(client, id))) await endStrayShim(client, id, () => deleteFound(client, id));
}

async function deleteFound(client: ContainerdClient, id: string): Promise<boolean> {
  const task = await ifFound(client.tasks.get(id));
  if (!task) return false;
  // One that was made and never started too: its delete would wait two seconds for the end of its output.
  if (task.status !== TaskStatus.STOPPED) await killTask(client, id);
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
export function runtimeError(error: unknown, container: string): unknown {
  if (!(error instanceof PouchError) || !error.code.startsWith('PCH_CONTAINERD_')) return error;
  const text = error.message;
  const details = { container, cause: error };
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
  if (/permission denied|exec format error|is a directory/i.test(text) && /exec/i.test(text))
    return new PouchError(
      'PCH_COMMAND_NOT_EXECUTABLE',
      `${quotedCommand(text)}the command cannot be executed`,
      {
        ...details,
        hint: 'check its mode bits and that it is built for this platform',
      },
    );
  return new PouchError('PCH_RUNTIME_FAILED', `the runtime could not make the container: ${brief(text)}`, {
    ...details,
    hint: 'the daemon log has the runtime’s whole answer',
  });
}

/** runc: `chdir to cwd ("/foo") set in config.json failed`; crun: ``chdir to `/foo` ``. */
function missingDirectory(text: string): string | undefined {
  return /chdir to (?:cwd \(\\?"|`)([^"`\\]+)/.exec(text)?.[1];
}

/** runc: `exec: "foo": executable file not found in $PATH`. */
function quotedCommand(text: string): string {
  const command = /exec:? \\?"([^"\\]+)\\?"/.exec(text)?.[1];
  return command ? `"${command}": ` : '';
}

/** What follows containerd's own call names. */
function brief(text: string): string {
  return text
    .replace(/^containerd \S+: (failed to create shim task: )?(OCI runtime create failed: )?/, '')
    .slice(0, 600);
}
