import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { appendWhole } from '../../state/appendWhole.ts';
import { messageOf } from '../../../hooks/errors.ts';
import { firstHeader } from '../compressed/plainSize.ts';
import { smallestBytes } from '../compressed/member.ts';
import { Compression } from './Compression.ts';
import { Compressor } from './Compressor.ts';
import { noteGivenUp, readDelivered, readGivenUp } from './delivered.ts';
import { LogHolds } from './LogHolds.ts';
import { linesOf, removeIncompleteLine } from './lines.ts';
import { leftCopies, type RotatedLog, rotatedLogs, rotatedPath } from './rotated.ts';

/**
 * Limits of the files that rotation keeps beyond `maxFile` for slow readers: they are removed after this time, or
 * above this number of bytes.
 */
export const heldAtMost = { ms: 30_000, bytes: 32 * 1024 * 1024 };

export interface Rotation {
  /** Bytes after which the log is rotated; undefined: never. */
  maxSize?: number | undefined;
  /** Number of files to keep, including the current one. Default: 1. */
  maxFile?: number | undefined;
  /**
   * Bytes of rotated files beyond `maxFile` that are kept until they are delivered to the log driver (`delivered.ts`);
   * undefined: it has none that delivers.
   */
  keepBytes?: number | undefined;
  /** Whether rotated files are compressed. */
  compress?: boolean | undefined;
}

/** A position at the end of a log. */
export interface LogPosition {
  /** The number that LOG has once it is rotated. */
  number: number;
  /** Bytes of LOG. */
  size: number;
}

/** Called when LOG was rotated, before any file is removed: `lines` are in the files before `at`. */
export type OnRotation = (lines: number, at: LogPosition) => void;

interface RotatedFile extends RotatedLog {
  inode: bigint;
  /** Of the plain file, before it was compressed: a reader may still have it open. */
  plainInode?: bigint | undefined;
  /** Of the plain file. */
  bytes: number;
  /** When it exceeded `maxFile`, in milliseconds of the monotonic clock; unset for files within it. */
  surplusSince?: number;
}

/** The number of lines that were appended, and the system's error, such as ENOSPC, if others were not. */
export interface Appended {
  lines: number;
  error?: unknown;
}

/**
 * A container's log on disk: the file LOG and the rotated files (`rotated.ts`).
 *
 * Writes are synchronous: data that was read from a FIFO is in the kernel's page cache before the next read, so that
 * it is not lost when this process ends.
 */
export class RotatingFile {
  readonly #path: string;
  readonly #rotation: Rotation;
  readonly #holds: LogHolds;
  readonly #compressor: Compressor;
  #compression: Compression | undefined;
  #fd: number | undefined;
  #inode = 0n;
  #size = 0;
  /** Oldest first. Listed from the disk once. */
  #rotated: RotatedFile[] | undefined;
  /** The number of LOG once it is rotated. */
  #number = 1;
  #surplusBytes = 0;
  #lastRemoved = 0;

  constructor(path: string, rotation: Rotation, holds = new LogHolds(), compressor = new Compressor()) {
    this.#path = path;
    this.#rotation = rotation;
    this.#holds = holds;
    this.#compressor = compressor;
  }

  /** Whether a rotated file is being compressed, or waits for it. */
  get isCompressing(): boolean {
    return this.#compression !== undefined;
  }

  /** Whether files beyond `maxFile` are kept for readers. */
  get holdsSurplus(): boolean {
    return this.#surplusBytes > 0;
  }

  /**
   * Appends lines, each with its newline, until the disk is full. A line is never split over two files or truncated.
   */
  append(lines: readonly string[], onRotation?: OnRotation): Appended {
    let written = 0;
    let bytes = 0;
    try {
      for (const [index, line] of lines.entries()) {
        const length = Buffer.byteLength(line);
        if (this.#mustRotate(bytes, length)) {
          this.#write(lines.slice(written, index));
          written = index;
          this.#rotate((at) => onRotation?.(index, at));
          bytes = 0;
        }
        bytes += length;
      }
      this.#write(lines.slice(written));
      return { lines: lines.length };
    } catch (error) {
      return { lines: written, error };
    }
  }

  /** Returns the end of the log; undefined if it cannot be opened. */
  position(): LogPosition | undefined {
    try {
      this.#open();
    } catch {
      return undefined;
    }
    return { number: this.#number, size: this.#size };
  }

  /**
   * Returns the number of lines that an earlier process appended after the position, also over rotations, and removes
   * a line that it did not complete. Callers use it before they append.
   */
  linesSince({ number, size }: LogPosition): number {
    this.close();
    // Nothing is compressed while lines are appended.
    const rotated = this.#listed().filter((file) => file.number >= number && !file.isCompressed);
    this.#number = Math.max(this.#number, number);
    const start = rotated.length === 0 ? size : 0;
    removeIncompleteLine(this.#path, start);
    const lines = rotated.map((file) => linesOf(file.path, file.number === number ? size : 0));
    return lines.reduce((sum, count) => sum + count, linesOf(this.#path, start));
  }

  /** Returns the number of a file that is open. A file that is not found has just been removed. */
  numberOf(inode: bigint): number {
    if (inode === this.#inode) return this.#number;
    const rotated = this.#listed();
    const found =
      rotated.find((file) => file.inode === inode) ??
      // A number of a removed file that was given again belongs to the newest.
      rotated.findLast((file) => file.plainInode === inode);
    return found?.number ?? this.#lastRemoved;
  }

  /** Removes the files beyond `maxFile` that no reader needs or that exceed {@link heldAtMost}. */
  trim(): void {
    for (
      let oldest = this.#surplus();
      oldest !== undefined && !this.#isHeld(oldest);
      oldest = this.#surplus()
    )
      this.#removeOldest();
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** Whether `next` bytes do not fit into LOG after `waiting` bytes that are not written yet. */
  #mustRotate(waiting: number, next: number): boolean {
    const { maxSize } = this.#rotation;
    if (maxSize === undefined) return false;
    this.#open();
    const before = this.#size + waiting;
    return before > 0 && before + next > maxSize;
  }

  #write(lines: readonly string[]): void {
    if (lines.length === 0) return;
    const data = Buffer.from(lines.join(''));
    try {
      this.#writeWhole(data);
    } catch (error) {
      const isCompressing = this.#cancelCompression();
      if (!this.holdsSurplus && !isCompressing) throw error;
      // New lines take precedence over old ones that are kept for a reader.
      while (this.#surplus() !== undefined) this.#removeOldest();
      this.#writeWhole(data);
    }
  }

  #writeWhole(data: Buffer): void {
    appendWhole(this.#open(), data);
    this.#size += data.length;
  }

  /** Opens LOG for appending. Terminates a line that a crash truncated, so that it does not damage the next one. */
  #open(): number {
    if (this.#fd !== undefined) return this.#fd;
    this.#listed();
    const fd = openSync(this.#path, 'a+', 0o640);
    try {
      const { ino, size } = fstatSync(fd, { bigint: true });
      this.#inode = ino;
      this.#size = Number(size);
      if (this.#size > 0 && !endsWithNewline(fd, this.#size)) this.#size += writeSync(fd, '\n');
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    this.#fd = fd;
    return fd;
  }

  /** Creates a new file instead of truncating the old one, which followers read to its end. */
  #rotate(onRotation: (at: LogPosition) => void): void {
    const rotated = this.#listed();
    const file = {
      path: rotatedPath(this.#path, this.#number),
      number: this.#number,
      isCompressed: false,
      inode: this.#inode,
      bytes: this.#size,
    };
    this.close();
    if (renameIfExists(this.#path, file.path)) rotated.push(file);
    this.#number += 1;
    onRotation({ number: this.#number, size: 0 });
    this.#noteSurplus(rotated);
    this.trim();
    this.#compressNext();
  }

  /** Compresses the newest file that is plain: older ones are removed sooner. */
  #compressNext(): void {
    if (!this.#rotation.compress || this.#compression) return;
    const file = this.#rotated?.findLast(
      ({ isCompressed, surplusSince, bytes }) =>
        !isCompressed && surplusSince === undefined && bytes >= smallestBytes,
    );
    if (!file) return;
    this.#compression = new Compression(this.#path, file.number, this.#compressor, (compressed) => {
      this.#compression = undefined;
      // A failure would repeat itself: the next rotation tries again.
      if (!compressed) return;
      const { path, inode } = compressed;
      Object.assign(file, { path, inode, plainInode: file.inode, isCompressed: true });
      this.#compressNext();
    });
  }

  /** Returns whether a file was being compressed. */
  #cancelCompression(): boolean {
    const isCompressing = this.isCompressing;
    this.#compression?.cancel();
    this.#compression = undefined;
    return isCompressing;
  }

  #listed(): RotatedFile[] {
    if (this.#rotated !== undefined) return this.#rotated;
    const names = readdirSync(dirname(this.#path));
    for (const path of leftCopies(this.#path, names)) rmSync(path, { force: true });
    const rotated = rotatedLogs(this.#path, names).flatMap(withStat);
    this.#number = Math.max(rotated.at(-1)?.number ?? 0, this.#lastKnown()) + 1;
    this.#rotated = rotated;
    this.#noteSurplus(rotated);
    this.#compressNext();
    return rotated;
  }

  /** Numbers only grow, also when the keeper was restarted after every rotated file was removed. */
  #lastKnown(): number {
    if (this.#rotation.keepBytes === undefined) return 0;
    const givenUp = readGivenUp(this.#path).at(-1)?.file ?? 0;
    return Math.max(readDelivered(this.#path).file - 1, givenUp);
  }

  /** Returns the oldest file if it exceeds `maxFile`. */
  #surplus(): RotatedFile | undefined {
    const [oldest] = this.#rotated ?? [];
    return oldest?.surplusSince === undefined ? undefined : oldest;
  }

  #noteSurplus(rotated: readonly RotatedFile[]): void {
    const { maxSize, maxFile = 1 } = this.#rotation;
    if (maxSize === undefined) return;
    for (let at = rotated.length - maxFile; at >= 0 && rotated[at]?.surplusSince === undefined; at--) {
      const file = rotated[at];
      if (file === undefined) return;
      file.surplusSince = performance.now();
      this.#surplusBytes += file.bytes;
    }
  }

  #isHeld(file: RotatedFile): boolean {
    const { number, surplusSince = 0 } = file;
    if (this.#surplusBytes <= (this.#rotation.keepBytes ?? 0) && this.#isUndelivered(file)) return true;
    if (this.#surplusBytes > heldAtMost.bytes) return false;
    return this.#holds.wants(number) && performance.now() - surplusSince < heldAtMost.ms;
  }

  #isUndelivered({ number }: RotatedFile): boolean {
    return this.#rotation.keepBytes !== undefined && number >= readDelivered(this.#path).file;
  }

  #removeOldest(): void {
    const file = this.#rotated?.shift();
    if (file === undefined) return;
    if (this.#compression?.path === file.path) this.#cancelCompression();
    const isLost = this.#isUndelivered(file);
    const isNoted = isLost && this.#note(file);
    rmSync(file.path, { force: true });
    // On a full disk, there is room for it now.
    if (isLost && !isNoted) this.#note(file);
    this.#surplusBytes -= file.bytes;
    this.#lastRemoved = file.number;
    this.#holds.removed(file.number, file.bytes);
  }

  #note({ number, bytes }: RotatedFile): boolean {
    try {
      noteGivenUp(this.#path, { file: number, bytes });
      return true;
    } catch {
      return false;
    }
  }
}

function withStat(file: RotatedLog): RotatedFile[] {
  const found = statSync(file.path, { bigint: true, throwIfNoEntry: false });
  if (found === undefined) return [];
  const plain = file.isCompressed ? firstHeader(file.path) : undefined;
  return [{ ...file, inode: found.ino, plainInode: plain?.inode, bytes: plain?.total ?? Number(found.size) }];
}

function endsWithNewline(fd: number, size: number): boolean {
  const last = Buffer.alloc(1);
  return readSync(fd, last, 0, 1, size - 1) === 1 && last[0] === 0x0a;
}

/** Returns whether the file existed. */
function renameIfExists(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw new Error(`cannot rotate: ${messageOf(error)}`, { cause: error });
  }
}
