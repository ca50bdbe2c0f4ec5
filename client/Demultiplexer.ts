/** The stream that a frame belongs to. `control` is a Pouch extension ({@link RunMessage}). */
export type StreamName = 'stdin' | 'stdout' | 'stderr' | 'systemerr' | 'control';

/** A piece of output, and the stream that it belongs to. */
export interface Frame {
  stream: StreamName;
  data: Buffer;
}

const streamNames: readonly StreamName[] = ['stdin', 'stdout', 'stderr', 'systemerr', 'control'];
const headerLength = 8;

/**
 * Splits Docker's multiplexed stream into frames (API docs, "Attach to a container": one byte for the stream, three
 * zero bytes, a big-endian length, the payload). Chunks may end anywhere; a payload is passed on as it arrives, not
 * buffered.
 */
export class Demultiplexer {
  #header: Buffer = Buffer.alloc(0);
  #stream: StreamName = 'stdout';
  #remaining = 0;

  /**
   * Takes the next chunk and returns the payloads in it.
   * @throws Error if the bytes are not a frame, as in the raw stream of a tty
   */
  push(chunk: Buffer): Frame[] {
    const frames: Frame[] = [];
    for (let rest = chunk; rest.length > 0;) {
      rest = this.#remaining > 0 ? this.#takePayload(rest, frames) : this.#takeHeader(rest);
    }
    return frames;
  }

  #takePayload(bytes: Buffer, frames: Frame[]): Buffer {
    const data = bytes.subarray(0, this.#remaining);
    this.#remaining -= data.length;
    frames.push({ stream: this.#stream, data });
    return bytes.subarray(data.length);
  }

  #takeHeader(bytes: Buffer): Buffer {
    if (this.#header.length === 0 && bytes.length >= headerLength) {
      this.#header = bytes;
      this.#readHeader();
      return bytes.subarray(headerLength);
    }
    const missing = headerLength - this.#header.length;
    this.#header = Buffer.concat([this.#header, bytes.subarray(0, missing)]);
    if (this.#header.length === headerLength) this.#readHeader();
    return bytes.subarray(missing);
  }

  #readHeader(): void {
    const name = streamNames[this.#header.readUInt8(0)];
    if (name === undefined)
      throw new Error('expected a frame header in the output stream, found other bytes');
    this.#stream = name;
    this.#remaining = this.#header.readUInt32BE(4);
    this.#header = nothing;
  }
}

const nothing = Buffer.alloc(0);
