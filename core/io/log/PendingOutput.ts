import { closeSync, constants, ftruncateSync, openSync, readFileSync, rmSync, writevSync } from 'node:fs';
import type { LogPosition } from './RotatingFile.ts';

/** In flight (1 byte), length (4), and the end of the log: inode (8), size (8). */
const headerBytes = 21;

/** Bytes above which the file, which is on a tmpfs, is truncated again. */
const keptBytes = 4096;

export interface Pending {
  data: Buffer;
  /**
   * The end of the log before the data, if it was being logged; undefined for an incomplete line that was not logged.
   */
  inFlight: LogPosition | undefined;
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
      return decode(readFileSync(this.#path));
    } catch {
      return { data: Buffer.alloc(0), inFlight: undefined };
    }
  }

  /** Called before `rest` and `chunk` are logged. `at` is the end of the log. */
  begin(rest: Buffer, chunk: Buffer, at: LogPosition): void {
    this.#write([rest, chunk], at);
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

  #write(data: Buffer[], inFlight?: LogPosition): void {
    this.#stored = data.reduce((sum, { length }) => sum + length, 0);
    this.#fd ??= attempt(openSync, this.#path, constants.O_RDWR | constants.O_CREAT, 0o600);
    if (this.#fd !== undefined)
      attempt(writevSync, this.#fd, [encodeHeader(this.#stored, inFlight), ...data], 0);
  }
}

function encodeHeader(length: number, inFlight: LogPosition | undefined): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt8(inFlight === undefined ? 0 : 1, 0);
  header.writeUInt32LE(length, 1);
  header.writeDoubleLE(inFlight?.inode ?? 0, 5);
  header.writeDoubleLE(inFlight?.size ?? 0, 13);
  return header;
}

function decode(file: Buffer): Pending {
  const data = file.subarray(headerBytes, headerBytes + file.readUInt32LE(1));
  const position = { inode: file.readDoubleLE(5), size: file.readDoubleLE(13) };
  return { data, inFlight: file.readUInt8(0) === 1 ? position : undefined };
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
