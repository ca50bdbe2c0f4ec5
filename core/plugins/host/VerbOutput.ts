import { Deferred } from '../../wait/Deferred.ts';

type Stream = 'out' | 'err';

interface Text {
  readonly stream: Stream;
  text: string;
}

/** Characters of a message: as JSON it is far shorter than the longest line. */
const longestPiece = 512 * 1024;
/** Characters that the client need not have taken before the verb may write more: a round trip per line is slower. */
const window = 64 * 1024;
/** While the client has not taken the last: characters that are sent at once, milliseconds after which fewer are. */
const [batch, batchMs] = [16 * 1024, 20];

/** What a verb writes: in its order, soon, and no faster than its client takes it. */
export class VerbOutput {
  readonly #send: (stream: Stream, text: string) => Promise<unknown>;
  readonly #unsent: Text[] = [];
  #unsentCharacters = 0;
  /** Characters that were sent and that the client has not taken. */
  #untaken = 0;
  #lastSent = -Infinity;
  #isDue = false;
  /** Settles when the client has taken a message. */
  #taken = new Deferred();
  #failure: { readonly error: unknown } | undefined;

  /** @param send resolves when the client has taken the text */
  constructor(send: (stream: Stream, text: string) => Promise<unknown>) {
    this.#send = send;
  }

  /** Resolves when the verb may write more. */
  write(stream: Stream, text: string): Promise<void> {
    const written = this.#write(stream, text);
    // A verb that does not await it has its failure from `taken`.
    written.catch(() => undefined);
    return written;
  }

  /** Resolves when the client has taken everything. @throws what a write has failed with */
  async taken(): Promise<void> {
    this.#flush();
    await this.#atMost(0);
  }

  async #write(stream: Stream, text: string): Promise<void> {
    this.#check();
    const last = this.#unsent.at(-1);
    if (last?.stream === stream) last.text += text;
    else this.#unsent.push({ stream, text });
    this.#unsentCharacters += text.length;
    // A verb that computes between its lines has no other occasion to send them.
    const isLate = performance.now() - this.#lastSent > batchMs;
    if (this.#untaken === 0 || this.#unsentCharacters >= batch || isLate) this.#flush();
    else this.#flushSoon();
    await this.#atMost(window);
  }

  async #atMost(characters: number): Promise<void> {
    this.#check();
    while (this.#untaken + this.#unsentCharacters > characters) {
      await this.#taken.promise;
      this.#check();
    }
  }

  #flushSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#flush();
    });
  }

  #flush(): void {
    for (let first = this.#unsent[0]; first && this.#untaken <= window; first = this.#unsent[0]) {
      const piece = startOf(first.text);
      first.text = first.text.slice(piece.length);
      if (first.text === '') this.#unsent.shift();
      this.#unsentCharacters -= piece.length;
      if (piece !== '') void this.#sendPiece(first.stream, piece);
    }
  }

  async #sendPiece(stream: Stream, piece: string): Promise<void> {
    this.#lastSent = performance.now();
    this.#untaken += piece.length;
    try {
      await this.#send(stream, piece);
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#untaken -= piece.length;
    this.#taken.resolve();
    this.#taken = new Deferred();
    if (!this.#failure) this.#flush();
  }

  #check(): void {
    if (this.#failure) throw this.#failure.error;
  }
}

/** As much of a text as a message may have; it does not split a pair of surrogates. */
export function startOf(text: string, longest = longestPiece): string {
  const isSplit = text.length > longest && /[\ud800-\udbff]/.test(text[longest - 1]!);
  return text.slice(0, isSplit ? longest - 1 : longest);
}
