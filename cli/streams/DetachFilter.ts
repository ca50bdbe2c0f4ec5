export interface Filtered {
  /** What goes on to the container. */
  forward: Buffer;
  detached: boolean;
}

/**
 * Watches what is typed for the detach sequence. A part of the sequence is held back until it is clear that it is not one;
 * what follows the complete sequence is dropped.
 */
export class DetachFilter {
  private readonly sequence: readonly number[];
  private held: number[] = [];

  constructor(sequence: readonly number[]) {
    this.sequence = sequence;
  }

  push(chunk: Buffer): Filtered {
    if (this.sequence.length === 0) return { forward: chunk, detached: false };
    const forward: number[] = [];
    for (const byte of chunk) {
      this.held.push(byte);
      while (!this.isPrefix()) forward.push(this.held.shift() as number);
      if (this.held.length === this.sequence.length) return { forward: Buffer.from(forward), detached: true };
    }
    return { forward: Buffer.from(forward), detached: false };
  }

  private isPrefix(): boolean {
    return this.held.every((byte, index) => byte === this.sequence[index]);
  }
}
