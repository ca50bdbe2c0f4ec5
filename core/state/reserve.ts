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

/** Does work that frees space; if the disk is too full even for that, once more with the reserve. */
export async function withReserve<T>(root: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (toPouchError(error).code !== 'PCH_DISK_FULL') throw error;
    await rm(reservePath(root), { force: true });
    try {
      return await work();
    } finally {
      await fillReserve(root);
    }
  }
}

function reservePath(root: string): string {
  return join(root, 'reserve');
}
