/** Reserves space on the root's disk, so that containers can be removed when it is full: a removal writes a journal. */
import { randomBytes } from 'node:crypto';
import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toPouchError } from '../../hooks/errors.ts';

/** Bytes for some hundred journals, and for containerd's database meanwhile. */
const size = 1024 * 1024;

/** Creates the reserve if it does not exist, unless the disk is full. */
export async function fillReserve(root: string): Promise<void> {
  const path = reservePath(root);
  const found = await stat(path).catch(() => undefined);
  if (found?.size === size) return;
  // Random bytes: some file systems store zeros without using space.
  await writeFile(path, randomBytes(size), { mode: 0o600 }).catch(() => rm(path, { force: true }));
}

/** The number of calls that are using a root's reserve. The last one creates it again. */
const users = new Map<string, number>();

/** Runs work that frees space, and repeats it with the reserve if the disk is full. */
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

/** Whether an error of the daemon or a helper means a full disk. */
export function isDiskFull(error: unknown): boolean {
  return toPouchError(error).code === 'PCH_DISK_FULL';
}

function reservePath(root: string): string {
  return join(root, 'reserve');
}
