import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../../../hooks/errors.ts';
import { rotatedLogs } from './rotated.ts';

export interface Rotation {
  /** Bytes after which the log is put aside; undefined for never. */
  maxSize?: number | undefined;
  /** Files that are kept, the current one included; 1 unless told. */
  maxFile?: number | undefined;
}

/** An end of a log. */
export interface LogPosition {
  inode: number;
  size: number;
}

/**
 * A container's log on disk: LOG, and what rotation has put aside (`rotated.ts`).
 *
 * Writing is synchronous: what was read from a FIFO is in the kernel's page cache before the next read, so that the
 * death of this process loses none of it.
 */
export class LogFile {
  readonly #path: string;
  readonly #rotation: Rotation;
  #fd: number | undefined;
  #inode = 0;
  #size = 0;

  constructor(path: string, rotation: Rotation) {
    this.#path = path;
    this.#rotation = rotation;
  }

  /**
   * Appends lines, each with its newline. No line is split over two files.
   * @throws the system's error, such as ENOSPC; no part of a line is left in the file then
   */
  append(lines: readonly string[]): void {
    let batch: string[] = [];
    let bytes = 0;
    for (const line of lines) {
      const length = Buffer.byteLength(line);
      if (this.#mustRotate(bytes, length)) {
        this.#write(batch);
        this.#rotate();
        batch = [];
        bytes = 0;
      }
      batch.push(line);
      bytes += length;
    }
    this.#write(batch);
  }

  /** Where the log ends now. An inode of 0 if it cannot be opened. */
  position(): LogPosition {
    try {
      this.#open();
    } catch {
      return { inode: 0, size: 0 };
    }
    return { inode: this.#inode, size: this.#size };
  }

  /** Takes back what was appended since `position`, if the file is still the same. */
  rewind({ inode, size }: LogPosition): void {
    const now = this.position();
    if (this.#fd === undefined || now.inode !== inode || now.size <= size) return;
    ftruncateSync(this.#fd, size);
    this.#size = size;
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** `waiting` bytes are to be written before the `next`. */
  #mustRotate(waiting: number, next: number): boolean {
    const { maxSize } = this.#rotation;
    if (maxSize === undefined) return false;
    this.#open();
    const before = this.#size + waiting;
    return before > 0 && before + next > maxSize;
  }

  #write(lines: readonly string[]): void {
    if (lines.length === 0) return;
    const fd = this.#open();
    const data = Buffer.from(lines.join(''));
    try {
      for (let done = 0; done < data.length;) done += writeSync(fd, data, done);
      this.#size += data.length;
    } catch (error) {
      ftruncateSync(fd, this.#size);
      throw error;
    }
  }

  /** Appends only: a reader may have the file open. A line that a crash cut off is ended, so that it damages no other. */
  #open(): number {
    if (this.#fd !== undefined) return this.#fd;
    const fd = openSync(this.#path, 'a+', 0o640);
    this.#fd = fd;
    const { ino, size } = fstatSync(fd);
    this.#inode = ino;
    this.#size = size;
    if (this.#size > 0 && !endsWithNewline(fd, this.#size)) this.#size += writeSync(fd, '\n');
    return fd;
  }

  /** Always makes a new file, never empties one: a follower reads the old one to its end. */
  #rotate(): void {
    this.close();
    const kept = (this.#rotation.maxFile ?? 1) - 1;
    const earlier = rotatedLogs(this.#path, readdirSync(dirname(this.#path)));
    if (kept > 0) renameIfThere(this.#path, `${this.#path}.${(earlier.at(-1)?.number ?? 0) + 1}`);
    else rmSync(this.#path, { force: true });
    for (const { path } of earlier.slice(0, Math.max(0, earlier.length + 1 - kept)))
      rmSync(path, { force: true });
  }
}

function endsWithNewline(fd: number, size: number): boolean {
  const last = Buffer.alloc(1);
  return readSync(fd, last, 0, 1, size - 1) === 1 && last[0] === 0x0a;
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new Error(`cannot rotate: ${messageOf(error)}`, { cause: error });
  }
}
