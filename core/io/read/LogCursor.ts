import type { LogEntry } from '../../../hooks/index.ts';
import type { LogBytes } from '../compressed/CompressedLog.ts';
import { decodeLines } from '../log/entry.ts';
import { readTurn } from './turns.ts';

/** A reader that is not read from keeps a decoded block in memory. */
const blockBytes = 32 * 1024;
const lineFeed = 0x0a;

/** Longer lines are skipped and not kept in memory: an entry has at most 100 KiB, with all bytes escaped. */
export const maxLineBytes = 1024 * 1024;

/** Reads a log file forward. Can continue when the file has grown. */
export class LogCursor {
  readonly #handle: LogBytes;
  readonly #block = Buffer.allocUnsafeSlow(blockBytes);
  readonly #end: number;
  #offset: number;
  /** The beginning of a line whose end is not read yet. */
  #pending: Buffer = Buffer.alloc(0);
  #skipping = false;

  /** Reads the bytes from `offset` to `end`. */
  constructor(handle: LogBytes, offset: number, end = Infinity) {
    this.#handle = handle;
    this.#end = end;
    this.#offset = offset;
  }

  /** The byte after the last line that `next` has returned. */
  get position(): number {
    return this.#offset - this.#pending.length;
  }

  /** Resolves to the entries of the next block without damaged ones; undefined at the current end of the file. */
  async next(): Promise<LogEntry[] | undefined> {
    const wanted = Math.min(blockBytes, this.#end - this.#offset);
    if (wanted <= 0) return undefined;
    await readTurn();
    const { bytesRead } = await this.#handle.read(this.#block, 0, wanted, this.#offset);
    if (bytesRead === 0) return undefined;
    this.#offset += bytesRead;
    return this.#split(Buffer.concat([this.#pending, this.#block.subarray(0, bytesRead)]));
  }

  #split(data: Buffer): LogEntry[] {
    const end = data.lastIndexOf(lineFeed) + 1;
    this.#pending = Buffer.from(data.subarray(end));
    const start = this.#skipping ? data.indexOf(lineFeed) + 1 : 0;
    if (end > 0) this.#skipping = false;
    this.#limit();
    return decodeLines(data.subarray(start, end));
  }

  #limit(): void {
    if (this.#pending.length <= maxLineBytes) return;
    this.#pending = Buffer.alloc(0);
    this.#skipping = true;
  }
}

export async function* toTheEnd(cursor: LogCursor): AsyncGenerator<LogEntry[]> {
  for (let entries = await cursor.next(); entries !== undefined; entries = await cursor.next()) yield entries;
}
