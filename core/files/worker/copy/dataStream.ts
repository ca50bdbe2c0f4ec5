/**
 * The bytes of a copy: a socket of pouchd, or of its client, beside the lines of requests and replies. Calls block,
 * also on the socket of a client, which does not block pouchd and therefore not this process (O_NONBLOCK).
 */
import { readSync, writeSync } from 'node:fs';
import { BodyDecoder, type Framing } from '../../../../hooks/connection/BodyDecoder.ts';
import { check, libcFunction } from '../../../host/libc.ts';
import type { FileNote } from '../../protocol.ts';
import { lines, writeLine } from '../lines.ts';

const poll = libcFunction('int poll(void *files, ulong count, int timeout)');

/** Of WorkerProcess. */
const [requests, data] = [0, 3];
const bufferBytes = 1024 * 1024;
/** poll.h. */
const [POLLIN, POLLOUT, POLLHUP] = [1, 4, 0x10];
/** struct pollfd: file, events, revents. */
const pollfdBytes = 8;
/** Milliseconds between notes that bytes move. */
const noteEveryMs = 50;

/**
 * Waits until the stream can be read or written, or fails. pouchd may be killed before this process has asked to be
 * killed with it, and the connection of a client outlives pouchd.
 */
function wait(events: number): void {
  const files = Buffer.alloc(2 * pollfdBytes);
  files.writeInt32LE(data, 0);
  files.writeInt16LE(events, 4);
  files.writeInt32LE(requests, pollfdBytes);
  check(poll(files, 2, -1), 'wait for the client');
  if (files.readInt16LE(pollfdBytes + 6) & POLLHUP) throw new Error('pouchd has ended');
}

/** Notes for pouchd, which ends a copy whose bytes do not move. */
class Progress {
  #last = 0;

  moved(): void {
    const now = performance.now();
    if (now - this.#last < noteEveryMs) return;
    this.#last = now;
    writeNote({ note: 'moved' });
  }
}

function writeNote(note: FileNote): void {
  writeLine(JSON.stringify(note));
}

/** Reports the path of an archive, and waits until pouchd has written what precedes the archive. */
export function announce(note: FileNote): void {
  writeNote(note);
  if (lines.next().done) throw new Error('pouchd has ended the copy');
}

/** Bytes of the line with the size of a chunk. */
const sizeDigits = 8;
const [beforeChunk, afterChunk] = [sizeDigits + 2, 2];

/** Collects small pieces, so that a directory of small files costs few calls. */
export class DataOutput {
  readonly #buffer = Buffer.allocUnsafe(beforeChunk + bufferBytes + afterChunk);
  readonly #isChunked: boolean;
  readonly #progress = new Progress();
  #used = 0;

  /** @param isChunked whether the bytes are written as chunks of an HTTP body (RFC 9112, section 7.1) */
  constructor(isChunked: boolean) {
    this.#isChunked = isChunked;
  }

  write(bytes: Buffer): void {
    for (let done = 0; done < bytes.length;) {
      if (this.#used === bufferBytes) this.flush();
      const length = bytes.copy(
        this.#buffer,
        beforeChunk + this.#used,
        done,
        done + bufferBytes - this.#used,
      );
      this.#used += length;
      done += length;
    }
  }

  /**
   * Writes `size` bytes of an open file. A file that has become shorter is filled with zeros: the size is in the
   * header, which is sent.
   */
  copyFrom(file: number, size: number): void {
    for (let left = size; left > 0;) {
      if (this.#used === bufferBytes) this.flush();
      const space = Math.min(left, bufferBytes - this.#used);
      const at = beforeChunk + this.#used;
      const length = readSync(file, this.#buffer, at, space, null);
      if (length === 0) this.#buffer.fill(0, at, at + space);
      this.#used += length || space;
      left -= length || space;
    }
  }

  flush(): void {
    const end = beforeChunk + this.#used;
    // A chunk without bytes would be the last one.
    if (this.#used === 0) return;
    if (this.#isChunked) {
      this.#buffer.write(`${this.#used.toString(16).padStart(sizeDigits, '0')}\r\n`, 0, 'latin1');
      this.#buffer.write('\r\n', end, 'latin1');
    }
    this.#send(
      this.#isChunked ? this.#buffer.subarray(0, end + afterChunk) : this.#buffer.subarray(beforeChunk, end),
    );
    this.#used = 0;
  }

  #send(bytes: Buffer): void {
    for (let done = 0; done < bytes.length;) {
      wait(POLLOUT);
      done += writeSync(data, bytes, done);
      this.#progress.moved();
    }
  }
}

export class DataInput {
  readonly #buffer = Buffer.allocUnsafe(bufferBytes);
  readonly #decoder: BodyDecoder | undefined;
  readonly #progress = new Progress();
  #early: Buffer;
  #start = 0;
  #end = 0;

  /** @param body the stream is the body of an HTTP message, whose first bytes (base64) were read */
  constructor(body?: { framing: Framing; early: string }) {
    this.#decoder = body && new BodyDecoder(body.framing);
    this.#early = Buffer.from(body?.early ?? '', 'base64');
  }

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
    const before = this.#end;
    while (this.#end === before && !this.#decoder?.isDone) {
      const length = this.#read();
      if (length === 0) return this.#atEnd();
      this.#end = this.#decoder?.decode(this.#buffer, before, before + length) ?? before + length;
    }
    return this.#end > before;
  }

  #read(): number {
    const space = this.#buffer.length - this.#end;
    if (this.#early.length > 0) {
      const length = this.#early.copy(this.#buffer, this.#end, 0, space);
      this.#early = this.#early.subarray(length);
      return length;
    }
    wait(POLLIN);
    const length = readSync(data, this.#buffer, this.#end, space, null);
    this.#progress.moved();
    return length;
  }

  #atEnd(): false {
    if (this.#decoder) throw new Error('the connection has ended before the body');
    return false;
  }
}
