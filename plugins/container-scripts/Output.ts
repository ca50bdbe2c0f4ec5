/** Bytes of a script's output that are kept. */
const mostBytes = 16 * 1024;

/** The end of what a script has written, to stdout and stderr in the order of arrival. */
export class Output {
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Bytes before that end. */
  leftOut = 0;

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes <= 2 * mostBytes) return;
    this.#shorten();
  }

  get text(): string {
    this.#shorten();
    return Buffer.concat(this.#chunks).toString();
  }

  #shorten(): void {
    if (this.#bytes <= mostBytes) return;
    const end = Buffer.concat(this.#chunks).subarray(this.#bytes - mostBytes);
    this.leftOut += this.#bytes - mostBytes;
    this.#chunks = [end];
    this.#bytes = end.length;
  }
}
