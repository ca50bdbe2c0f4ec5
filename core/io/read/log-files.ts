import { open, readdir, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { rotatedLogs } from '../log/rotated.ts';

export interface OpenLog {
  handle: FileHandle;
  inode: number;
  /** Bytes that it had when it was opened: what is written later is not of the same moment. */
  size: number;
}

/** Opens a log and its rotated predecessors, oldest first. */
export async function openLogFiles(logPath: string): Promise<OpenLog[]> {
  // Before the others are listed: put aside meanwhile it is among them, the other way round it would be nowhere.
  const newest = await openIfThere(logPath);
  const logs: OpenLog[] = [];
  for (const { path } of rotatedLogs(logPath, await namesIn(dirname(logPath)))) {
    const log = await openIfThere(path);
    if (log !== undefined) logs.push(log);
  }
  if (newest === undefined) return logs;
  if (!logs.some(({ inode }) => inode === newest.inode)) return [...logs, newest];
  await newest.handle.close();
  return logs;
}

export async function closeAll(logs: readonly OpenLog[]): Promise<void> {
  await Promise.all(logs.map(({ handle }) => handle.close()));
}

/**
 * Opens the log that follows the one with `inode` (undefined: none yet). Undefined while that is still the newest.
 * If rotation has removed it, the oldest that is left.
 */
export async function openNextLog(logPath: string, inode: number | undefined): Promise<OpenLog | undefined> {
  const logs = await openLogFiles(logPath);
  const next = logs[logs.findIndex((log) => log.inode === inode) + 1];
  await closeAll(logs.filter((log) => log !== next));
  return next;
}

async function openIfThere(path: string): Promise<OpenLog | undefined> {
  const handle = await ifThere(open(path, 'r'));
  if (handle === undefined) return undefined;
  const { ino, size } = await handle.stat();
  return { handle, inode: ino, size };
}

async function namesIn(directory: string): Promise<string[]> {
  return (await ifThere(readdir(directory))) ?? [];
}

async function ifThere<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
