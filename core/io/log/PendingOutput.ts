import { closeSync, constants, ftruncateSync, openSync, readFileSync, rmSync, writevSync } from 'node:fs';
import type { LogPosition } from './LogFile.ts';

/** In flight (1 byte), length (4), and where the log ended: inode (8), size (8). */
const headerBytes = 21;

/** A file that has grown beyond this is cut again: it is on a tmpfs. */
const keptBytes = 4096;

export interface Pending {
  data: Buffer;
  /** Set if the data was being logged: where the log ended before. Unset for a started line, not logged at all. */
  inFlight: LogPosition | undefined;
}

/**
 * What was read from a FIFO and is not (surely) in the log, in a file beside the container's state: the chunk that is
 * being logged, or a started line without its newline. So the death of this process loses neither; one chunk (64 KiB) can be
 * lost if SIGKILL comes between reading it from the FIFO and the end of its write here: some 10 µs on a tmpfs.
 *
 * A write costs some µs. Nothing here fails: without the file only the death of this process could lose output.
 */
export class PendingOutput {
  readonly #path: string;
  #fd: number | undefined;
  /** Bytes of data in the file. */
  #stored = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** What an earlier process left. */
  load(): Pending {
    try {
      return decode(readFileSync(this.#path));
    } catch {
      return { data: Buffer.alloc(0), inFlight: undefined };
    }
  }

  /** To be called before `rest` and `chunk`, one after the other, go to the log that ends at `at`. */
  begin(rest: Buffer, chunk: Buffer, at: LogPosition): void {
    this.#write([rest, chunk], at);
  }

  /** To be called when all is logged but `rest`. */
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
