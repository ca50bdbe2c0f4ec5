const lineFeed = 10;

/** Splits a stream of bytes into lines of a limited length. */
export class LineSplitter {
  readonly #longest: number;
  #pending: Buffer[] = [];
  #bytes = 0;

  /** @param longest bytes */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Yields the lines that `chunk` completes. @throws RangeError with the start of a line that is too long */
  *push(chunk: Buffer): Generator<Buffer> {
    let rest = chunk;
    for (let end = rest.indexOf(lineFeed); end >= 0; end = rest.indexOf(lineFeed)) {
      yield this.#complete(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) this.#keep(rest);
  }

  #complete(end: Buffer): Buffer {
    if (this.#pending.length === 0 && end.length <= this.#longest) return end;
    this.#keep(end);
    const line = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#bytes = 0;
    return line;
  }

  #keep(part: Buffer): void {
    this.#pending.push(part);
    this.#bytes += part.length;
    if (this.#bytes > this.#longest) throw new RangeError(this.#pending[0]?.toString('utf8', 0, 100));
  }
}
