import { PouchError } from '../../../hooks/index.ts';

export interface FrameForm {
  /** For errors: `mux`, `ttRPC`. */
  readonly name: string;
  readonly headerLength: number;
  /** Offset of the length of the body in the header, an unsigned big-endian number of 4 bytes. */
  readonly lengthAt: number;
  /** Bytes of the longest body. */
  readonly longest: number;
}

/** Cuts a stream of bytes into frames: a header that has the length of its body, and the body. */
export class FrameReader {
  readonly #form: FrameForm;
  #chunks: Buffer[] = [];
  #length = 0;
  /** Bytes until the next step: those of a header, or of a frame. */
  #needed: number;

  constructor(form: FrameForm) {
    this.#form = form;
    this.#needed = form.headerLength;
  }

  /**
   * Returns the frames that are complete with these bytes, each with its header. A body that is too long is refused
   * before any of it is kept.
   * @throws PCH_NRI_PROTOCOL
   */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    // A large frame comes in many chunks, which are joined once.
    if (this.#length < this.#needed) return [];
    const frames: Buffer[] = [];
    let rest = this.#joined();
    for (let end = this.#endOf(rest); end !== undefined; end = this.#endOf(rest)) {
      frames.push(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
    return frames;
  }

  #joined(): Buffer {
    const [only, ...others] = this.#chunks;
    return only && others.length === 0 ? only : Buffer.concat(this.#chunks, this.#length);
  }

  /** The end of the first frame; undefined if it is not complete. */
  #endOf(bytes: Buffer): number | undefined {
    const { headerLength, lengthAt } = this.#form;
    this.#needed = headerLength;
    if (bytes.length < headerLength) return undefined;
    this.#needed += this.#checked(bytes.readUInt32BE(lengthAt));
    return bytes.length < this.#needed ? undefined : this.#needed;
  }

  #checked(length: number): number {
    const { name, longest } = this.#form;
    if (length <= longest) return length;
    throw new PouchError(
      'PCH_NRI_PROTOCOL',
      `expected ${name} frames of at most ${longest} bytes, found one of ${length}`,
    );
  }
}
