import type { LogBytes } from '../compressed/CompressedLog.ts';
import { maxLineBytes } from './LogCursor.ts';
import { readTurn } from './turns.ts';

const blockBytes = 64 * 1024;

export interface Line {
  text: string;
  /** Byte at which it begins. */
  offset: number;
}

/** Yields the complete lines of a file, last first, in groups of one block: yielding single lines would be slower. */
export async function* linesBackward(handle: LogBytes, size: number): AsyncGenerator<Line[]> {
  let end = size;
  /** The bytes from `end` up to and including the next newline. */
  let tail: Buffer = Buffer.alloc(0);
  while (end > 0) {
    const start = Math.max(0, end - blockBytes);
    await readTurn();
    const block = Buffer.allocUnsafe(end - start);
    await handle.read(block, 0, block.length, start);
    const data = Buffer.concat([block, tail]);
    // The first line of the data may begin in an earlier block.
    const from = start === 0 ? 0 : data.indexOf(0x0a) + 1;
    yield split(data, from, start).reverse();
    tail = data.subarray(0, from);
    if (tail.length > maxLineBytes) tail = Buffer.alloc(0);
    end = start;
  }
}

function split(data: Buffer, from: number, base: number): Line[] {
  const lines: Line[] = [];
  let start = from;
  for (let end = data.indexOf(0x0a, start); end !== -1; end = data.indexOf(0x0a, start)) {
    lines.push({ text: data.toString('utf8', start, end), offset: base + start });
    start = end + 1;
  }
  return lines;
}
