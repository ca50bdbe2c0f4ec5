/** Some space of the root that is kept back, so that containers can be removed from a full disk: that needs a journal. */
import { randomBytes } from 'node:crypto';
import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toPouchError } from '../../hooks/errors.ts';

/** Some hundred journals and the pages that containerd's database takes meanwhile. */
const size = 1024 * 1024;

/** Takes the reserve, if it is not there; does without on a disk that is full already. */
export async function fillReserve(root: string): Promise<void> {
  const path = reservePath(root);
  const found = await stat(path).catch(() => undefined);
  if (found?.size === size) return;
  // Random bytes: file systems store zeros without taking space.
  await writeFile(path, randomBytes(size), { mode: 0o600 }).catch(() => rm(path, { force: true }));
}

/** Calls that use the space of a root's reserve now: the last one fills it again. */
const users = new Map<string, number>();

/** Does work that frees space; if the disk is too full even for that, once more with the reserve. */
export async function withReserve<T>(root: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    return await usingReserve(root, work);
  }
}

async function usingReserve<T>(root: string, work: () => Promise<T>): Promise<T> {
  users.set(root, (users.get(root) ?? 0) + 1);
  try {
    await rm(reservePath(root), { force: true });
    return await work();
  } finally {
    const others = (users.get(root) ?? 1) - 1;
    if (others > 0) users.set(root, others);
    else {
      users.delete(root);
      await fillReserve(root);
    }
  }
}

/** Whether a disk of the daemon, or of one of its helpers, has no space left. */
export function isDiskFull(error: unknown): boolean {
  return toPouchError(error).code === 'PCH_DISK_FULL';
}

function reservePath(root: string): string {
  return join(root, 'reserve');
}
