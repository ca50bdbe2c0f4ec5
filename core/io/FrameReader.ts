import { frameHeaderBytes } from './protocol.ts';

export interface Frame {
  kind: number;
  payload: Buffer;
}

/** Splits the byte stream of a subscription into frames. */
export class FrameReader {
  #pending: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Frame[] {
    let data = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const frames: Frame[] = [];
    for (let size = frameBytes(data); size <= data.length; size = frameBytes(data)) {
      frames.push({ kind: data.readUInt8(0), payload: data.subarray(frameHeaderBytes, size) });
      data = data.subarray(size);
    }
    this.#pending = data;
    return frames;
  }

  /** Returns the part of a frame that was received before the connection broke. */
  partial(): Frame | undefined {
    const data = this.#pending;
    this.#pending = Buffer.alloc(0);
    if (data.length <= frameHeaderBytes) return undefined;
    return { kind: data.readUInt8(0), payload: data.subarray(frameHeaderBytes) };
  }
}

/** Returns the bytes of the first frame with its header; Infinity while the header is incomplete. */
function frameBytes(data: Buffer): number {
  return data.length < frameHeaderBytes ? Infinity : frameHeaderBytes + data.readUInt32BE(1);
}
