import { Transform, type TransformCallback } from 'node:stream';
import { closeCode, decodeHeader, FrameError, type FrameHeader, opcode, unmask } from './frames.ts';

/** Frames beside the data. */
export interface ControlFrames {
  onPing(payload: Buffer): void;
  /** The client closes the connection. */
  onClose(code: number): void;
  /** The client violates the protocol. */
  onBroken(error: FrameError): void;
}

/**
 * Turns a client's frames into the bytes of its messages, which it passes on as they come. The stream ends when the
 * client closes, or breaks the protocol; later bytes are ignored.
 */
export class FrameReader extends Transform {
  readonly #control: ControlFrames;
  /** Bytes of an incomplete header or control frame. */
  #rest: Buffer = Buffer.alloc(0);
  #frame: FrameHeader | undefined;
  /** Bytes of the frame's payload that were read. */
  #read = 0;
  /** Whether the message of the last data frame continues. */
  #isContinued = false;
  #isOver = false;

  constructor(control: ControlFrames) {
    super();
    this.#control = control;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.#take(this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]));
    } catch (error) {
      this.#isOver = true;
      this.push(null);
      this.#control.onBroken(error as FrameError);
    }
    done();
  }

  override _flush(done: TransformCallback): void {
    // The end was pushed with a close.
    if (!this.#isOver) this.push(null);
    done();
  }

  #take(data: Buffer): void {
    let at = 0;
    this.#rest = Buffer.alloc(0);
    while (at < data.length && !this.#isOver) {
      const next = this.#frame ? this.#payload(this.#frame, data, at) : this.#header(data, at);
      if (next === undefined) {
        this.#rest = Buffer.from(data.subarray(at));
        return;
      }
      at = next;
    }
  }

  /** Returns the place behind the header; undefined if it is incomplete. */
  #header(data: Buffer, at: number): number | undefined {
    const frame = decodeHeader(data.subarray(at));
    if (!frame) return undefined;
    if (frame.code < opcode.close) this.#checkOrder(frame);
    // A control frame is read as a whole.
    if (frame.code >= opcode.close && data.length - at < frame.bytes + frame.length) return undefined;
    this.#frame = frame;
    this.#read = 0;
    const begin = at + frame.bytes;
    return frame.length === 0 ? this.#payload(frame, data, begin) : begin;
  }

  #checkOrder({ code, final }: FrameHeader): void {
    if ((code === opcode.continuation) !== this.#isContinued)
      throw new FrameError(closeCode.protocolError, 'a frame does not continue the message before it');
    this.#isContinued = !final;
  }

  #payload(frame: FrameHeader, data: Buffer, at: number): number {
    const part = data.subarray(at, at + frame.length - this.#read);
    unmask(part, frame.mask, this.#read);
    this.#read += part.length;
    if (this.#read === frame.length) this.#frame = undefined;
    if (frame.code >= opcode.close) this.#onControl(frame.code, part);
    else if (part.length > 0) this.push(part);
    return at + part.length;
  }

  #onControl(code: number, payload: Buffer): void {
    if (code === opcode.ping) return this.#control.onPing(payload);
    if (code !== opcode.close) return;
    if (payload.length === 1)
      throw new FrameError(closeCode.protocolError, 'a close has a code of two bytes, or none');
    this.#isOver = true;
    this.push(null);
    this.#control.onClose(payload.length === 0 ? closeCode.normal : payload.readUInt16BE(0));
  }
}
