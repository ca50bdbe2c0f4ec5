/** Frames of the WebSocket protocol (RFC 6455, section 5.2). */

export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Reasons for the end of a connection (section 7.4.1). */
export const closeCode = { normal: 1000, protocolError: 1002, tooBig: 1009 } as const;

/** Bytes of the payload of a control frame. */
export const mostControlBytes = 125;
/**
 * Bytes of one frame of a client. A frame is passed on as it comes, so this bounds no memory: a longer one is a mistake
 * or an attack.
 */
export const mostFrameBytes = 16 * 1024 * 1024;

const isFinal = 0x80;
const isMasked = 0x80;
const [length16, length64] = [126, 127];

/** Returns a whole message in one frame. Servers do not mask. */
export function encodeFrame(code: number, payload: Buffer): Buffer {
  const { length } = payload;
  const extended = length < length16 ? 0 : length < 0x10000 ? 2 : 8;
  const frame = Buffer.allocUnsafe(2 + extended + length);
  frame[0] = isFinal | code;
  frame[1] = extended === 0 ? length : extended === 2 ? length16 : length64;
  if (extended === 2) frame.writeUInt16BE(length, 2);
  if (extended === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  payload.copy(frame, 2 + extended);
  return frame;
}

export function encodeClose(code: number, reason = ''): Buffer {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code, 0);
  payload.write(reason, 2);
  return encodeFrame(opcode.close, payload.subarray(0, mostControlBytes));
}

export interface FrameHeader {
  /** Bytes of the header itself. */
  bytes: number;
  final: boolean;
  code: number;
  length: number;
  mask: Buffer;
}

/** A violation of the protocol, for which the connection ends. */
export class FrameError extends Error {
  readonly closeCode: number;

  constructor(code: number, message: string) {
    super(message);
    this.closeCode = code;
  }
}

/**
 * Returns the header of a client's frame at the beginning of `data`; undefined if it is incomplete.
 * @throws FrameError
 */
export function decodeHeader(data: Buffer): FrameHeader | undefined {
  if (data.length < 2) return undefined;
  const [first, second] = [data[0]!, data[1]!];
  const code = first & 0x0f;
  const final = (first & isFinal) !== 0;
  if ((first & 0x70) !== 0) throw broken('reserved bits are set, but no extension was agreed on');
  if (!(Object.values(opcode) as number[]).includes(code)) throw broken(`unknown opcode ${code}`);
  if ((second & isMasked) === 0) throw broken('a frame of a client must be masked');
  const short = second & 0x7f;
  if (code >= opcode.close && (!final || short > mostControlBytes))
    throw broken('a control frame must be whole, with at most 125 bytes');
  const extended = short === length16 ? 2 : short === length64 ? 8 : 0;
  const bytes = 2 + extended + 4;
  if (data.length < bytes) return undefined;
  const length = extended === 0 ? short : lengthAt(data, extended);
  if (length > mostFrameBytes) throw tooBig(length);
  return { bytes, final, code, length, mask: Buffer.from(data.subarray(bytes - 4, bytes)) };
}

function lengthAt(data: Buffer, bytes: 2 | 8): number {
  return bytes === 2 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
}

/** Changes `data`, which begins at byte `from` of the payload. */
export function unmask(data: Buffer, mask: Buffer, from: number): void {
  for (let at = 0; at < data.length; at++) data[at]! ^= mask[(from + at) & 3]!;
}

function broken(message: string): FrameError {
  return new FrameError(closeCode.protocolError, message);
}

function tooBig(length: number): FrameError {
  return new FrameError(
    closeCode.tooBig,
    `expected frames of at most ${mostFrameBytes} bytes, found ${length}`,
  );
}
