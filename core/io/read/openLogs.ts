import { open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CompressedLog, type LogBytes } from '../compressed/CompressedLog.ts';
import { firstHeader } from '../compressed/plainSize.ts';
import { rotatedLogs, rotatedPath, type RotatedLog } from '../log/rotated.ts';

export interface OpenLog {
  handle: LogBytes;
  inode: bigint;
  /** The number that it has, or will have, as a rotated file. */
  number: number;
  /** Bytes when it was opened, those of the plain file if it is compressed. */
  size: number;
}

/** The files of a log at one moment. */
export interface Listed {
  /** The file that is being written, open. */
  newest: OpenLog | undefined;
  /** The files before it, oldest first. */
  rotated: RotatedLog[];
}

/** Opens the newest file of a log and lists those before it. */
export async function listLog(logPath: string): Promise<Listed> {
  // Open the newest before listing the others: if it is rotated meanwhile, it is among them.
  const newest = await openIfExists(logPath, 0);
  const rotated = await rotatedFiles(logPath);
  if (newest === undefined) return { newest, rotated };
  const number = await numberOf(newest, logPath, rotated);
  return { newest: { ...newest, number }, rotated: rotated.filter((file) => file.number < number) };
}

/** Opens the first existing file after number `after`; undefined if none exists. */
export async function openNext(logPath: string, after: number): Promise<OpenLog | undefined> {
  for (;;) {
    const direct = await openRotated(logPath, after + 1);
    if (direct !== undefined) return direct;
    const { newest, rotated } = await listLog(logPath);
    const first = rotated.find(({ number }) => number > after);
    if (first === undefined) return newest && { ...newest, number: Math.max(newest.number, after + 1) };
    await newest?.handle.close();
    const found = await openRotated(logPath, first.number);
    if (found !== undefined) return found;
  }
}

/** Opens a rotated file. Undefined if rotation has removed it. */
export async function openRotated(logPath: string, number: number): Promise<OpenLog | undefined> {
  // The plain file is removed after it was compressed: in this order none is missed.
  const plain = await openIfExists(rotatedPath(logPath, number), number);
  if (plain) return plain;
  const path = rotatedPath(logPath, number, true);
  const file = await ifExists(open(path, 'r'));
  return file && (await orClosed(file, () => compressed(file, path, number)));
}

async function compressed(file: FileHandle, path: string, number: number): Promise<OpenLog> {
  const { ino } = await file.stat({ bigint: true });
  const handle = await CompressedLog.open(file, path);
  return { handle, inode: ino, number, size: handle.size };
}

async function openIfExists(path: string, number: number): Promise<OpenLog | undefined> {
  const handle = await ifExists(open(path, 'r'));
  if (handle === undefined) return undefined;
  const { ino, size } = await orClosed(handle, () => handle.stat({ bigint: true }));
  return { handle, inode: ino, number, size: Number(size) };
}

async function orClosed<T>(file: FileHandle, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Returns the inode at a path; undefined if the path does not exist. */
export async function inodeAt(path: string): Promise<bigint | undefined> {
  return (await ifExists(stat(path, { bigint: true })))?.ino;
}

/** Returns the number of the file that was the newest before the others were listed. */
async function numberOf({ inode }: OpenLog, logPath: string, rotated: RotatedLog[]): Promise<number> {
  const next = (rotated.at(-1)?.number ?? 0) + 1;
  if ((await inodeAt(logPath)) === inode) return next;
  for (const { path, number } of rotated.toReversed()) if ((await inodeAt(path)) === inode) return number;
  // It was compressed at once.
  const copy = rotated.findLast(({ path, isCompressed }) => isCompressed && plainInodeOf(path) === inode);
  return copy?.number ?? next;
}

function plainInodeOf(path: string): bigint | undefined {
  try {
    return firstHeader(path)?.inode;
  } catch {
    return undefined;
  }
}

async function rotatedFiles(logPath: string): Promise<RotatedLog[]> {
  return rotatedLogs(logPath, (await ifExists(readdir(dirname(logPath)))) ?? []);
}

async function ifExists<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
