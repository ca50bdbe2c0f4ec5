import { frameHeaderBytes } from './protocol.ts';

export interface Frame {
  kind: number;
  payload: Buffer;
}

/** Cuts a subscription's byte stream into frames. */
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

  /** What came of a frame when its connection broke. */
  partial(): Frame | undefined {
    const data = this.#pending;
    this.#pending = Buffer.alloc(0);
    if (data.length <= frameHeaderBytes) return undefined;
    return { kind: data.readUInt8(0), payload: data.subarray(frameHeaderBytes) };
  }
}

/** Size of the first frame with its header; infinite while the header is not there. */
function frameBytes(data: Buffer): number {
  return data.length < frameHeaderBytes ? Infinity : frameHeaderBytes + data.readUInt32BE(1);
}
