/** Frames of ttRPC (github.com/containerd/ttrpc, PROTOCOL.md): length, stream, type, flags, then the message. */
import type { FrameForm } from './FrameReader.ts';

export const requestType = 1;
export const responseType = 2;

/** Bytes of the longest message. */
export const longestMessage = 4 * 2 ** 20;

export const ttrpcForm: FrameForm = { name: 'ttRPC', headerLength: 10, lengthAt: 0, longest: longestMessage };

export interface TtrpcFrame {
  readonly stream: number;
  readonly type: number;
  readonly body: Buffer;
}

export function readTtrpcFrame(frame: Buffer): TtrpcFrame {
  return { stream: frame.readUInt32BE(4), type: frame.readUInt8(8), body: frame.subarray(10) };
}

/** A unary call sets no flags. */
export function ttrpcFrame(stream: number, type: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(ttrpcForm.headerLength);
  header.writeUInt32BE(body.length, 0);
  header.writeUInt32BE(stream, 4);
  header.writeUInt8(type, 8);
  return Buffer.concat([header, body]);
}
