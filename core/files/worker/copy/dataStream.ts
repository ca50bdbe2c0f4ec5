/** The bytes of a copy: a socket of pouchd, beside the lines of requests and replies. Calls block. */
import { readSync, writeSync } from 'node:fs';

/** Of WorkerProcess. */
const data = 3;
const bufferBytes = 1024 * 1024;

/** Collects small pieces, so that a directory of small files costs few calls. */
export class DataOutput {
  readonly #buffer = Buffer.allocUnsafe(bufferBytes);
  #used = 0;

  write(bytes: Buffer): void {
    if (bytes.length > this.#buffer.length - this.#used) this.flush();
    if (bytes.length > this.#buffer.length) return writeAll(bytes);
    this.#used += bytes.copy(this.#buffer, this.#used);
  }

  /**
   * Writes `size` bytes of an open file. A file that has become shorter is filled with zeros: the size is in the
   * header, which is sent.
   */
  copyFrom(file: number, size: number): void {
    for (let left = size; left > 0;) {
      if (this.#used === this.#buffer.length) this.flush();
      const space = Math.min(left, this.#buffer.length - this.#used);
      const length = readSync(file, this.#buffer, this.#used, space, null);
      if (length === 0) this.#buffer.fill(0, this.#used, this.#used + space);
      this.#used += length || space;
      left -= length || space;
    }
  }

  flush(): void {
    const bytes = this.#buffer.subarray(0, this.#used);
    this.#used = 0;
    writeAll(bytes);
  }
}

function writeAll(bytes: Buffer): void {
  for (let done = 0; done < bytes.length;) done += writeSync(data, bytes, done);
}

export class DataInput {
  readonly #buffer = Buffer.allocUnsafe(bufferBytes);
  #start = 0;
  #end = 0;

  /** Returns so many bytes, at most 1 MiB; fewer at the end of the stream. They are valid up to the next call. */
  take(size: number): Buffer {
    while (this.#end - this.#start < size && this.#fill(size));
    const taken = this.#buffer.subarray(this.#start, Math.min(this.#start + size, this.#end));
    this.#start += taken.length;
    return taken;
  }

  /** Passes the next `size` bytes on. @throws Error at the end of the stream */
  passTo(size: number, write: (bytes: Buffer) => void): void {
    for (let left = size; left > 0;) {
      if (this.#start === this.#end && !this.#fill(1)) throw new Error('unexpected end of the archive');
      const bytes = this.#buffer.subarray(this.#start, Math.min(this.#start + left, this.#end));
      write(bytes);
      this.#start += bytes.length;
      left -= bytes.length;
    }
  }

  /** Returns false at the end of the stream. */
  #fill(wanted: number): boolean {
    if (this.#start === this.#end) this.#start = this.#end = 0;
    if (this.#start + wanted > this.#buffer.length) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    const length = readSync(data, this.#buffer, this.#end, this.#buffer.length - this.#end, null);
    this.#end += length;
    return length > 0;
  }
}
