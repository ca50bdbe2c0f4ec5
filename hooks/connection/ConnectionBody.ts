import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { messageOf, PouchError } from '../errors.ts';
import { BodyDecoder, type Framing } from './BodyDecoder.ts';

/** A connection whose rest of a body another process reads. */
export interface HandedOver {
  socket: Socket;
  framing: Framing;
  /** Raw bytes of the body that were read already. */
  early: Buffer;
}

/** The body of a request, on a connection that no HTTP parser reads: it can be read here, or by another process. */
export class ConnectionBody extends Readable {
  readonly #socket: Socket;
  readonly #framing: Framing;
  readonly #decoder: BodyDecoder;
  /** Raw bytes that nobody has taken. */
  #early: Buffer;
  #isTaken = false;

  /** @param early - what was read after the head of the request */
  constructor(socket: Socket, framing: Framing, early: Buffer) {
    super();
    this.#socket = socket;
    this.#framing = framing;
    this.#decoder = new BodyDecoder(framing);
    this.#early = early;
  }

  get isUntouched(): boolean {
    return !this.#isTaken;
  }

  /** Resolves to the first bytes of the content, which stay: at least `size` of them unless the body is shorter. */
  async peek(size: number, signal: AbortSignal): Promise<Buffer> {
    for (;;) {
      const seen = Buffer.from(this.#early);
      const decoder = new BodyDecoder(this.#framing);
      const length = decode(decoder, seen);
      const isLast = this.#isTaken || this.#socket.readableEnded || this.#socket.destroyed;
      if (length >= size || decoder.isDone || isLast) return seen.subarray(0, length);
      const more = this.#socket.read() as Buffer | null;
      if (more) this.#early = Buffer.concat([this.#early, more]);
      else await readable(this.#socket, signal);
    }
  }

  /**
   * Gives an untouched connection away: the process that gets the socket in this turn of the event loop reads what was
   * not read here.
   */
  handOver(): HandedOver {
    this.#isTaken = true;
    const more = this.#socket.read() as Buffer | null;
    const early = more ? Buffer.concat([this.#early, more]) : this.#early;
    return { socket: this.#socket, framing: this.#framing, early };
  }

  override _read(): void {
    if (this.#isTaken) return void this.#socket.resume();
    this.#isTaken = true;
    this.#take(this.#early);
    if (this.#decoder.isDone) return;
    const take = (bytes: Buffer) => this.#take(bytes);
    const cutOff = () => this.destroy(malformed('the connection has ended before the body'));
    this.#socket.on('data', take).once('close', cutOff).once('end', cutOff);
    this.once('close', () => {
      this.#socket.off('data', take).off('close', cutOff).off('end', cutOff);
    });
  }

  #take(bytes: Buffer): void {
    if (this.#decoder.isDone || this.destroyed) return;
    try {
      const end = decode(this.#decoder, bytes);
      const isFull = end > 0 && !this.push(bytes.subarray(0, end));
      if (this.#decoder.isDone) this.push(null);
      else if (isFull) this.#socket.pause();
    } catch (error) {
      this.destroy(error as Error);
    }
  }
}

/** Returns the length of the content, which begins the bytes then. @throws PCH_BAD_REQUEST */
function decode(decoder: BodyDecoder, bytes: Buffer): number {
  try {
    return decoder.decode(bytes, 0, bytes.length);
  } catch (error) {
    throw malformed(messageOf(error));
  }
}

function malformed(problem: string): PouchError {
  return new PouchError('PCH_BAD_REQUEST', `expected a whole body of the request: ${problem}`);
}

/** Resolves when there may be something to read, or nothing will be. @throws the signal's reason */
async function readable(socket: Socket, signal: AbortSignal): Promise<void> {
  const waiting = new AbortController();
  const stop = () => waiting.abort();
  for (const event of ['end', 'close'] as const) socket.once(event, stop);
  signal.addEventListener('abort', stop, { once: true });
  await once(socket, 'readable', { signal: waiting.signal }).catch(() => undefined);
  for (const event of ['end', 'close'] as const) socket.off(event, stop);
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
}
