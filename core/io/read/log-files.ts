import { open, type FileHandle } from 'node:fs/promises';

export interface OpenLog {
  handle: FileHandle;
  inode: number;
  /** Bytes that it had when it was opened: what is written later is not of the same moment. */
  size: number;
}

/**
 * Opens a log and its rotated predecessors (LOG.1 is the newest of them), oldest first. Going from the newest on, a
 * rotation meanwhile can show a file twice, but hide none.
 */
export async function openLogFiles(logPath: string): Promise<OpenLog[]> {
  const logs: OpenLog[] = [];
  for (let n = 0; ; n++) {
    const log = await openIfThere(n === 0 ? logPath : `${logPath}.${n}`);
    // Between the two renames of a rotation LOG itself is missing for a moment.
    if (log === undefined && n > 0) return logs.reverse();
    if (log === undefined) continue;
    if (logs.some(({ inode }) => inode === log.inode)) await log.handle.close();
    else logs.push(log);
  }
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
  try {
    const handle = await open(path, 'r');
    const { ino, size } = await handle.stat();
    return { handle, inode: ino, size };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
