/** A shim without a task: containerd is still busy with it, or has forgotten it. */
import { PouchError } from '../../../hooks/errors.ts';
import type { ContainerdClient } from '../../containerd/index.ts';
import { findProcesses } from '../../supervise/find-process.ts';
import { type ProcessIdentity, signal } from '../../supervise/process-identity.ts';
import { waitUntil } from '../../supervise/wait-until.ts';

/** containerd 1.6 was seen busy for 180 ms on a quiet host; a kill in the middle of that does no harm. Milliseconds. */
const ownEndMs = 500;
const killedEndMs = 10_000;

/**
 * Waits until no shim of the container is left, and kills what stays. When the caller of a task's create or delete is
 * gone in the middle, containerd goes on for a while, and may then leave the shim for good: the task is "not found", yet
 * a second create finds that it "already exists". With the shim's end containerd takes it off its list.
 * `deleteTask` deletes the task should it show up after all.
 * @throws PCH_DEADLINE if a killed one does not end
 */
export async function endStrayShim(
  { namespace }: Pick<ContainerdClient, 'namespace'>,
  id: string,
  deleteTask: () => Promise<unknown>,
): Promise<void> {
  let left: ProcessIdentity[] = [];
  const isGone = async () => {
    await deleteTask();
    left = await findProcesses((argv) => isShim(argv, namespace, id));
    return left.length === 0;
  };
  if (await waitUntil(isGone, { withinMs: ownEndMs })) return;
  for (const shim of left) signal(shim, 'SIGKILL');
  if (await waitUntil(isGone, { withinMs: killedEndMs })) return;
  throw new PouchError('PCH_DEADLINE', `the shim (pid ${left[0]?.pid}) did not end after SIGKILL`, {
    container: id,
    hint: `it is stuck in the kernel, or containerd starts it again; see /proc/${left[0]?.pid}/stack`,
  });
}

/** The arguments every shim gets (containerd, runtime v2: `-namespace`, `-id`), also when it is called to delete. */
function isShim(argv: string[], namespace: string, id: string): boolean {
  const has = (flag: string, value: string) => argv.some((arg, at) => arg === flag && argv[at + 1] === value);
  return has('-id', id) && has('-namespace', namespace);
}
