/** Which of a process's streams a frame belongs to; `control` is Pouch's own. */
export type StreamName = 'stdin' | 'stdout' | 'stderr' | 'systemerr' | 'control';

export interface Frame {
  stream: StreamName;
  data: Buffer;
}

const streamNames: readonly StreamName[] = ['stdin', 'stdout', 'stderr', 'systemerr', 'control'];
const headerLength = 8;

/**
 * Takes Docker's multiplexed stream apart (API docs, "Attach to a container": one byte for the stream, three zero bytes,
 * a big-endian length, the payload). Chunks may be cut anywhere; payloads are handed on as they come, never collected.
 */
export class Demultiplexer {
  private header = Buffer.alloc(0);
  private stream: StreamName = 'stdout';
  private remaining = 0;

  /**
   * Takes the next chunk, answers what it completes.
   * @throws Error if the bytes are no frame: the stream is a raw one.
   */
  push(chunk: Buffer): Frame[] {
    const frames: Frame[] = [];
    for (let rest = chunk; rest.length > 0;) {
      rest = this.remaining > 0 ? this.takePayload(rest, frames) : this.takeHeader(rest);
    }
    return frames;
  }

  private takePayload(bytes: Buffer, frames: Frame[]): Buffer {
    const data = bytes.subarray(0, this.remaining);
    this.remaining -= data.length;
    frames.push({ stream: this.stream, data });
    return bytes.subarray(data.length);
  }

  private takeHeader(bytes: Buffer): Buffer {
    const missing = headerLength - this.header.length;
    this.header = Buffer.concat([this.header, bytes.subarray(0, missing)]);
    if (this.header.length === headerLength) this.readHeader();
    return bytes.subarray(missing);
  }

  private readHeader(): void {
    const name = streamNames[this.header.readUInt8(0)];
    if (name === undefined) throw new Error('the output stream has no frame where one was expected');
    this.stream = name;
    this.remaining = this.header.readUInt32BE(4);
    this.header = Buffer.alloc(0);
  }
}
