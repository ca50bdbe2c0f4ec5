import { open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { rotatedLogs, type RotatedLog } from '../log/rotated.ts';

export interface OpenLog {
  handle: FileHandle;
  inode: bigint;
  /** The one that rotation has given it, or will. */
  number: number;
  /** Bytes that it had when it was opened: what is written later is not of the same moment. */
  size: number;
}

/** A log at one moment. */
export interface Listed {
  /** The file that is written to, open. */
  newest: OpenLog | undefined;
  /** Those before it, oldest first. */
  rotated: RotatedLog[];
}

/** Opens the newest file of a log and lists those before it. */
export async function listLog(logPath: string): Promise<Listed> {
  // Before the others are listed: put aside meanwhile it is among them, the other way round it would be nowhere.
  const newest = await openIfThere(logPath, 0);
  const rotated = await rotatedFiles(logPath);
  if (newest === undefined) return { newest, rotated };
  const number = await numberOf(newest, logPath, rotated);
  return { newest: { ...newest, number }, rotated: rotated.filter((file) => file.number < number) };
}

/** Opens the file that follows number `after`, and is there; undefined if none is. */
export async function openNext(logPath: string, after: number): Promise<OpenLog | undefined> {
  for (;;) {
    const direct = await openIfThere(`${logPath}.${after + 1}`, after + 1);
    if (direct !== undefined) return direct;
    const { newest, rotated } = await listLog(logPath);
    const first = rotated.find(({ number }) => number > after);
    if (first === undefined) return newest && { ...newest, number: Math.max(newest.number, after + 1) };
    await newest?.handle.close();
    const found = await openIfThere(first.path, first.number);
    if (found !== undefined) return found;
  }
}

/** Undefined if rotation has removed it. */
export async function openIfThere(path: string, number: number): Promise<OpenLog | undefined> {
  const handle = await ifThere(open(path, 'r'));
  if (handle === undefined) return undefined;
  const { ino, size } = await handle.stat({ bigint: true });
  return { handle, inode: ino, number, size: Number(size) };
}

/** What the file is at a path now; undefined if there is none. */
export async function inodeAt(path: string): Promise<bigint | undefined> {
  return (await ifThere(stat(path, { bigint: true })))?.ino;
}

/** Of the file that was the newest before the others were listed. */
async function numberOf({ inode }: OpenLog, logPath: string, rotated: RotatedLog[]): Promise<number> {
  const next = (rotated.at(-1)?.number ?? 0) + 1;
  if ((await inodeAt(logPath)) === inode) return next;
  for (const { path, number } of rotated.toReversed()) if ((await inodeAt(path)) === inode) return number;
  return next;
}

async function rotatedFiles(logPath: string): Promise<RotatedLog[]> {
  return rotatedLogs(logPath, (await ifThere(readdir(dirname(logPath)))) ?? []);
}

async function ifThere<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
