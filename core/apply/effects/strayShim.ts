/** A shim without a task: containerd is still busy with it, or has forgotten it. */
import { access, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PouchError } from '../../../hooks/errors.ts';
import type { ContainerdClient } from '../../containerd/index.ts';
import { descendantsOf } from '../../supervise/descendants.ts';
import { findProcesses } from '../../supervise/findProcess.ts';
import { type ProcessIdentity, signal } from '../../supervise/processIdentity.ts';
import { waitUntil } from '../../wait/waitUntil.ts';

/** containerd 1.6 was seen busy for 180 ms on a quiet host; a kill in the middle of that does no harm. Milliseconds. */
const ownEndMs = 500;
const killedEndMs = 10_000;
/**
 * After a create that was cut off containerd removes the bundle up to twice, by its path, and the second time would
 * take that of the next create. No event reports it; it was seen a few ms after the first time. Milliseconds.
 */
const secondRemovalMs = 50;

/**
 * Waits until no shim of the container and no file of its bundle is left, and kills what stays. When the caller of a
 * task's create or delete is gone in the middle, containerd continues for a while, and may then leave the shim for
 * good: the task is "not found", yet a second create finds that it "already exists". With the shim's end containerd
 * takes it off its list. `deleteTask` deletes the task should it show up after all.
 * @throws PCH_DEADLINE if a killed one does not end
 */
export async function endStrayShim(
  client: Pick<ContainerdClient, 'namespace' | 'introspection'>,
  id: string,
  deleteTask: () => Promise<unknown>,
): Promise<void> {
  const root = await client.introspection.root();
  let left: ProcessIdentity[] = [];
  let wasThere = false;
  const areProcessesGone = async () => {
    await deleteTask();
    left = await findProcesses((argv) => isShim(argv, client.namespace, id));
    wasThere ||= left.length > 0;
    return left.length === 0;
  };
  const isGone = async () => {
    // What containerd removes last, also between the processes that it starts.
    const isWorkGone = root === undefined || !(await exists(workOf(root, client.namespace, id)));
    wasThere ||= !isWorkGone;
    return (await areProcessesGone()) && isWorkGone;
  };
  if (!(await waitUntil(isGone, { withinMs: ownEndMs }))) {
    for (const shim of left) await killWithCalls(shim);
    if (!(await waitUntil(areProcessesGone, { withinMs: killedEndMs }))) throw notEnded(left[0]?.pid, id);
    await waitUntil(isGone, { withinMs: ownEndMs });
  }
  if (wasThere) await delay(secondRemovalMs);
}

/**
 * Kills the shim of an ended task whose delete hangs, and the runtime that it waits for. Returns the shim's bundle,
 * which containerd leaves where its own clean-up, by the same runtime, hangs too.
 */
export async function killHungShim(
  { namespace }: Pick<ContainerdClient, 'namespace'>,
  id: string,
): Promise<string | undefined> {
  let bundle: string | undefined;
  for (const shim of await findProcesses((argv) => isShim(argv, namespace, id))) {
    // Every shim works in its bundle (containerd, runtime v2: `client.Command`).
    const directory = await readlink(`/proc/${shim.pid}/cwd`).catch(() => '');
    if (directory.endsWith(join('/', namespace, id))) bundle = directory;
    await killWithCalls(shim);
  }
  return bundle;
}

export async function hasShim(
  { namespace }: Pick<ContainerdClient, 'namespace'>,
  id: string,
): Promise<boolean> {
  return (await findProcesses((argv) => isShim(argv, namespace, id))).length > 0;
}

/** The shim's children are calls of the runtime, which would outlive it. */
async function killWithCalls(shim: ProcessIdentity): Promise<void> {
  const calls = await descendantsOf(shim.pid);
  for (const process of [shim, ...calls]) signal(process, 'SIGKILL');
}

/** The arguments every shim gets (containerd, runtime v2: `-namespace`, `-id`), also when it is called to delete. */
function isShim(argv: string[], namespace: string, id: string): boolean {
  const has = (flag: string, value: string) => argv.some((arg, at) => arg === flag && argv[at + 1] === value);
  return has('-id', id) && has('-namespace', namespace);
}

/** The part of a bundle that is in containerd's root (containerd, runtime v2: `Bundle`). */
function workOf(root: string, namespace: string, id: string): string {
  return join(root, 'io.containerd.runtime.v2.task', namespace, id);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function notEnded(pid: number | undefined, container: string): PouchError {
  return new PouchError('PCH_DEADLINE', `the shim (pid ${pid}) did not end after SIGKILL`, {
    container,
    hint: `it is stuck in the kernel, or containerd starts it again; see /proc/${pid}/stack`,
  });
}
