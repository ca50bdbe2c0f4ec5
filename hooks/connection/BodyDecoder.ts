/** How the body of an HTTP message is delimited (RFC 9112, section 6): by chunks, or by its number of bytes. */
export type Framing = 'chunked' | number;

/** Of the line with the size of a chunk, with its extensions, and of a trailer field. */
const longestLine = 8 * 1024;
/** Of all trailer fields. */
const longestTrailer = 64 * 1024;
const lineFeed = 10;
const longChunk = 'a chunk of the body is longer than its size';

/** Finds the content in the raw bytes of a body. */
export class BodyDecoder {
  readonly #isChunked: boolean;
  /** Bytes of content that follow before the next line. */
  #left: number;
  /** What the next line is. */
  #next: 'size' | 'end of chunk' | 'trailer' | 'nothing';
  #line = '';
  #trailerBytes = 0;

  constructor(framing: Framing) {
    this.#isChunked = framing === 'chunked';
    this.#left = framing === 'chunked' ? 0 : framing;
    this.#next = this.#isChunked ? 'size' : 'nothing';
  }

  /** Whether the body is complete. What follows is not decoded. */
  get isDone(): boolean {
    return this.#left === 0 && this.#next === 'nothing';
  }

  /**
   * Decodes the bytes of a buffer from `start` to `end` in place: their content begins at `start` then.
   * @returns the end of the content
   * @throws Error if they are malformed
   */
  decode(bytes: Buffer, start: number, end: number): number {
    let to = start;
    for (let at = start; at < end && !this.isDone;) {
      if (this.#left === 0) {
        at = this.#takeLine(bytes, at, end);
        continue;
      }
      const length = Math.min(this.#left, end - at);
      if (at !== to) bytes.copyWithin(to, at, at + length);
      at += length;
      to += length;
      this.#left -= length;
    }
    return to;
  }

  #takeLine(bytes: Buffer, at: number, end: number): number {
    const found = bytes.subarray(at, end).indexOf(lineFeed);
    const stop = found < 0 ? end : at + found;
    this.#line += bytes.toString('latin1', at, stop);
    if (this.#next === 'end of chunk' && /[^\r]/.test(this.#line)) throw new Error(longChunk);
    if (this.#line.length > longestLine) throw new Error('a line of the chunked body is too long');
    if (found < 0) return end;
    const line = this.#line.replace(/\r$/, '');
    this.#line = '';
    this.#read(line);
    return stop + 1;
  }

  #read(line: string): void {
    if (this.#next === 'trailer') {
      this.#trailerBytes += line.length;
      if (this.#trailerBytes > longestTrailer) throw new Error('the trailer of the chunked body is too long');
      if (line === '') this.#next = 'nothing';
    } else if (this.#next === 'end of chunk') {
      this.#next = 'size';
    } else {
      const size = /^([0-9a-f]{1,12})[ \t]*(?:;.*)?$/i.exec(line)?.[1];
      if (size === undefined) throw new Error('malformed size of a chunk of the body');
      this.#left = parseInt(size, 16);
      this.#next = this.#left === 0 ? 'trailer' : 'end of chunk';
    }
  }
}
