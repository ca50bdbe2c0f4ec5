import { open, type FileHandle } from 'node:fs/promises';
import { decodeLines } from '../log/entry.ts';
import { encodeMember, memberBytes, smallestBytes } from './member.ts';

const lineFeed = 0x0a;

/**
 * Writes a compressed copy of a rotated file of a log, and flushes it to the disk: the plain file is removed after it.
 * Resolves to the inode of the copy; undefined once `isCancelled`.
 * @throws a system's error, such as ENOSPC; the copy is then incomplete
 */
export async function compressFile(
  path: string,
  copyPath: string,
  isCancelled: () => boolean,
): Promise<bigint | undefined> {
  const plain = await open(path, 'r');
  try {
    const copy = await open(copyPath, 'wx', 0o640);
    try {
      if (!(await writeMembers(plain, copy, isCancelled))) return undefined;
      await copy.datasync();
      return (await copy.stat({ bigint: true })).ino;
    } finally {
      await copy.close();
    }
  } finally {
    await plain.close();
  }
}

/** Resolves to whether all is written. */
async function writeMembers(
  plain: FileHandle,
  copy: FileHandle,
  isCancelled: () => boolean,
): Promise<boolean> {
  const { ino: inode, size } = await plain.stat({ bigint: true });
  const total = Number(size);
  let time = 0;
  for (let at = 0; at < total;) {
    const chunk = await readChunk(plain, at, total);
    if (isCancelled()) return false;
    time = timeOf(chunk) ?? time;
    await copy.writeFile(await encodeMember(chunk, { total, inode, time }));
    at += chunk.length;
  }
  return !isCancelled();
}

/** Whole lines, if they are no longer than a chunk. */
async function readChunk(plain: FileHandle, at: number, total: number): Promise<Buffer> {
  const rest = total - at;
  const isLast = rest <= memberBytes + smallestBytes;
  const chunk = Buffer.allocUnsafe(isLast ? rest : memberBytes);
  const { bytesRead } = await plain.read(chunk, 0, chunk.length, at);
  if (bytesRead < chunk.length) throw new Error('a rotated file became shorter');
  if (isLast) return chunk;
  const end = chunk.lastIndexOf(lineFeed) + 1;
  return end < smallestBytes ? chunk : chunk.subarray(0, end);
}

/** Of the first line, in Unix milliseconds. */
function timeOf(chunk: Buffer): number | undefined {
  const [first] = decodeLines(Buffer.from(chunk.subarray(0, chunk.indexOf(lineFeed) + 1)));
  const time = first && Date.parse(first.time.replace(/(\.\d{3})\d*/, '$1'));
  return Number.isNaN(time) ? undefined : time;
}
