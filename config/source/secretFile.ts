import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import type { Problem } from '../problem.ts';

type Refused = Pick<Problem, 'expected' | 'found' | 'hint'>;

/** Limit in bytes; a secret is a password, a token or a key. */
const largestFile = 64 * 1024;

/** Returns the text of a file that only root can read, without its last line break, or why it cannot be used. */
export function readSecretFile(path: string): { text: string } | { refused: Refused } {
  let fd: number | undefined;
  try {
    // A FIFO would block.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const refused = refusalOf(path, fstatSync(fd));
    return refused ? { refused } : decoded(path, readAll(fd));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    return {
      refused: { expected: 'a readable file', found: `${path}: ${isMissing ? 'no such file' : code}` },
    };
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function refusalOf(path: string, stats: Stats): Refused | undefined {
  if (!stats.isFile()) return { expected: 'a regular file', found: `${path}, which is of another type` };
  const mode = stats.mode & 0o7777;
  if ((mode & 0o077) !== 0)
    return {
      expected: 'a file that only root can read',
      found: `${path} with mode ${mode.toString(8).padStart(4, '0')}`,
      hint: `chmod 600 ${path}`,
    };
  if (stats.uid !== 0)
    return {
      expected: 'a file that root owns',
      found: `${path}, which the user ${stats.uid} owns`,
      hint: `chown root ${path}`,
    };
  return undefined;
}

/** One byte more than the limit, at most: a file may grow while it is read. */
function readAll(fd: number): Buffer {
  const bytes = Buffer.alloc(largestFile + 1);
  let length = 0;
  for (let count = -1; count !== 0 && length < bytes.length; length += count)
    count = readSync(fd, bytes, length, bytes.length - length, null);
  return bytes.subarray(0, length);
}

function decoded(path: string, bytes: Buffer): { text: string } | { refused: Refused } {
  if (bytes.length > largestFile)
    return { refused: { expected: `at most ${largestFile} bytes`, found: `${path}, which is larger` } };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r?\n$/, '') };
  } catch {
    return { refused: { expected: 'UTF-8 text', found: `other bytes in ${path}` } };
  }
}
