/**
 * Writes small files that survive a crash: to a temporary file that is flushed and renamed over the old one. Writes
 * of one path run one after another and share the temporary name, so that the next write replaces the leftovers of a
 * crash.
 */
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The last unfinished write of each path. */
const writing = new Map<string, Promise<void>>();

/** Resolves when the content is on the disk. The last call wins. A failed write leaves the old file. */
export async function writeDurably(path: string, content: string, mode = 0o600): Promise<void> {
  const earlier = writing.get(path) ?? Promise.resolve();
  const write = earlier.then(() => replace(path, content, mode));
  const settled = write.catch(() => undefined);
  writing.set(path, settled);
  try {
    await write;
  } finally {
    if (writing.get(path) === settled) writing.delete(path);
  }
}

/** Returns the name of the temporary file. */
function unfinished(path: string): string {
  return `${path}.new`;
}

async function replace(path: string, content: string, mode: number): Promise<void> {
  const beside = unfinished(path);
  try {
    await writeFlushed(beside, content, mode);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw error;
  }
  await flushDirectory(dirname(path));
}

async function writeFlushed(path: string, content: string, mode: number): Promise<void> {
  const file = await open(path, 'w', mode);
  try {
    await file.writeFile(content);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Without this, a crash of the host may restore the old file (fsync(2)). */
async function flushDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
