import { closeSync, ftruncateSync, fstatSync, openSync, readSync } from 'node:fs';

const lineFeed = 0x0a;
const blockBytes = 64 * 1024;

/** Returns the number of complete lines after `start`; 0 for a file that does not exist. */
export function linesOf(path: string, start: number): number {
  let count = 0;
  withFile(path, 'r', (file) => {
    for (const { block } of blocks(file, start))
      for (let at = block.indexOf(lineFeed); at !== -1; at = block.indexOf(lineFeed, at + 1)) count += 1;
  });
  return count;
}

/** Truncates the file after its last newline, but not before `start`. */
export function removeIncompleteLine(path: string, start: number): void {
  withFile(path, 'r+', (file) => {
    let end = start;
    for (const { block, offset } of blocks(file, start)) {
      const last = block.lastIndexOf(lineFeed);
      if (last !== -1) end = offset + last + 1;
    }
    if (end < fstatSync(file).size) ftruncateSync(file, end);
  });
}

function* blocks(file: number, start: number): Generator<{ block: Buffer; offset: number }> {
  const buffer = Buffer.allocUnsafe(blockBytes);
  for (let offset = start; ;) {
    const length = readSync(file, buffer, 0, blockBytes, offset);
    if (length === 0) return;
    yield { block: buffer.subarray(0, length), offset };
    offset += length;
  }
}

function withFile(path: string, mode: 'r' | 'r+', use: (file: number) => void): void {
  const file = openIfExists(path, mode);
  if (file === undefined) return;
  try {
    use(file);
  } finally {
    closeSync(file);
  }
}

function openIfExists(path: string, mode: string): number | undefined {
  try {
    return openSync(path, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
