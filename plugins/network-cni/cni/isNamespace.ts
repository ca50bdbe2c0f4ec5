import { statfs } from 'node:fs/promises';

/** Magic number of nsfs, linux/magic.h. */
const nsfs = 0x6e736673;

/** Returns false if the file does not exist, or nothing is mounted on it (after a reboot). */
export async function isNamespace(path: string): Promise<boolean> {
  const found = await statfs(path).catch(() => undefined);
  return found?.type === nsfs;
}
