import { closeSync, constants, ftruncateSync, openSync, readFileSync, rmSync, writevSync } from 'node:fs';
import type { LogPosition } from './RotatingFile.ts';

/** The form (1 byte), length of the data (4), and of what is in flight: file (4), lines (4), size (8). */
const headerBytes = 21;
const forms = { settled: 0, inFlight: 2 } as const;

/**
 * Bytes of data above which the file, which is on a tmpfs, is truncated again. SIGKILL can end a write between two
 * pages: an earlier chunk that is kept is in the first, and does not become the end of the next one.
 */
const keptBytes = 4096 - headerBytes;

/** How far data was logged for certain. */
export interface Progress {
  /** Lines of the data that are in the log before the position. */
  lines: number;
  at: LogPosition;
}

export interface Pending {
  data: Buffer;
  /** Undefined for data of which nothing is in the log, as an incomplete line. */
  inFlight: Progress | undefined;
}

/**
 * Output that was read from a FIFO and may not be in the log yet, in a file beside the container's state: the chunk
 * that is being logged, or a line without its newline. Neither is lost when this process ends. SIGKILL can lose one
 * chunk (64 KiB) if it arrives between reading the FIFO and the end of the write to this file: some 10 µs on a tmpfs.
 *
 * A write takes some µs. Errors are ignored: without the file, output is lost only if this process ends unexpectedly.
 */
export class PendingOutput {
  readonly #path: string;
  #fd: number | undefined;
  /** Bytes of data in the file. */
  #stored = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Returns the pending output of an earlier process. */
  load(): Pending {
    try {
      const pending = decode(readFileSync(this.#path));
      this.#stored = pending.data.length;
      return pending;
    } catch {
      return { data: Buffer.alloc(0), inFlight: undefined };
    }
  }

  /** Called before `rest` and `chunk` are logged. `at` is the end of the log; undefined if it cannot be opened. */
  begin(rest: Buffer, chunk: Buffer, at: LogPosition | undefined): void {
    this.#write([rest, chunk], at && { lines: 0, at });
  }

  /** Called when the log was rotated meanwhile, before the file with the earlier position may be removed. */
  advance(progress: Progress): void {
    this.#writeFile([encodeHeader(this.#stored, progress)]);
  }

  /** Called when everything but `rest` is logged. */
  settle(rest: Buffer): void {
    const before = this.#stored;
    this.#write([rest]);
    if (before > keptBytes && this.#fd !== undefined)
      attempt(ftruncateSync, this.#fd, headerBytes + rest.length);
  }

  remove(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    rmSync(this.#path, { force: true });
  }

  #write(data: Buffer[], inFlight?: Progress): void {
    this.#stored = data.reduce((sum, { length }) => sum + length, 0);
    this.#writeFile([encodeHeader(this.#stored, inFlight), ...data]);
  }

  #writeFile(parts: Buffer[]): void {
    this.#fd ??= attempt(openSync, this.#path, constants.O_RDWR | constants.O_CREAT, 0o600);
    if (this.#fd !== undefined) attempt(writevSync, this.#fd, parts, 0);
  }
}

function encodeHeader(length: number, inFlight: Progress | undefined): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt8(inFlight === undefined ? forms.settled : forms.inFlight, 0);
  header.writeUInt32LE(length, 1);
  if (inFlight === undefined) return header;
  header.writeUInt32LE(inFlight.at.number, 5);
  header.writeUInt32LE(inFlight.lines, 9);
  header.writeDoubleLE(inFlight.at.size, 13);
  return header;
}

function decode(file: Buffer): Pending {
  const data = file.subarray(headerBytes, headerBytes + file.readUInt32LE(1));
  if (file.readUInt8(0) !== forms.inFlight) return { data, inFlight: undefined };
  const at = { number: file.readUInt32LE(5), size: file.readDoubleLE(13) };
  return { data, inFlight: { lines: file.readUInt32LE(9), at } };
}

function attempt<Arguments extends unknown[], Result>(
  call: (...args: Arguments) => Result,
  ...args: Arguments
): Result | undefined {
  try {
    return call(...args);
  } catch {
    return undefined;
  }
}
