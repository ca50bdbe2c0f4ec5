import { maxMessageBytes } from './protocol.ts';

/** Splits a byte stream into JSON values, one per line. */
export class MessageReader {
  #pending = '';

  /**
   * Returns the values that `chunk` completes.
   * @throws SyntaxError for invalid JSON, RangeError for a line that is too long
   */
  push(chunk: Buffer): unknown[] {
    const lines = (this.#pending + chunk.toString()).split('\n');
    this.#pending = lines.pop() ?? '';
    if (this.#pending.length > maxMessageBytes)
      throw new RangeError('a message of the log keeper is too long');
    return lines.map((line): unknown => JSON.parse(line));
  }
}
