export interface Filtered {
  /** Input to forward to the container. */
  forward: Buffer;
  detached: boolean;
}

/**
 * Searches input for the detach sequence. The beginning of a sequence is held back until it does not match; input
 * after the complete sequence is dropped.
 */
export class DetachFilter {
  readonly #sequence: readonly number[];
  #held: number[] = [];

  constructor(sequence: readonly number[]) {
    this.#sequence = sequence;
  }

  push(chunk: Buffer): Filtered {
    if (this.#sequence.length === 0) return { forward: chunk, detached: false };
    const forward: number[] = [];
    for (const byte of chunk) {
      this.#held.push(byte);
      while (!this.#isPrefix()) forward.push(this.#held.shift() as number);
      if (this.#held.length === this.#sequence.length)
        return { forward: Buffer.from(forward), detached: true };
    }
    return { forward: Buffer.from(forward), detached: false };
  }

  #isPrefix(): boolean {
    return this.#held.every((byte, index) => byte === this.#sequence[index]);
  }
}
