import { readSync } from 'node:fs';
import { Socket, type OnReadOpts, type SocketConstructorOpts } from 'node:net';

/** A pipe holds 64 KiB, so no read finds more. */
const readSize = 64 * 1024;

/** One buffer for all readers: a chunk is used up before the next read, and an idle FIFO costs no buffer. */
const shared = Buffer.allocUnsafeSlow(readSize);

export interface FifoHandlers {
  /** `chunk` is valid only during the call. */
  data(chunk: Buffer): void;
  /** Every writer has closed, everything was read. Called once, also after an error or `close`. */
  end(): void;
}

/**
 * Reads a FIFO by epoll.
 *
 * A file stream would occupy one of libuv's four threads per waiting FIFO; a socket waits for none. A FIFO that no
 * writer has opened yet is idle, not at its end: epoll reports a hang-up only after a writer was there.
 */
export class FifoReader {
  readonly #fd: number;
  readonly #socket: Socket;
  readonly #handlers: FifoHandlers;
  #ended = false;

  /** Takes over `fd`, a non-blocking read end, and starts reading. */
  constructor(fd: number, handlers: FifoHandlers) {
    this.#fd = fd;
    this.#handlers = handlers;
    const options: SocketConstructorOpts & { onread: OnReadOpts } = {
      fd,
      readable: true,
      writable: false,
      onread: { buffer: shared, callback: (bytes) => this.#take(bytes) },
    };
    this.#socket = new Socket(options);
    this.#socket.on('end', () => this.#end());
    this.#socket.on('error', () => this.#end());
    this.#socket.on('close', () => this.#end());
    this.#socket.resume();
  }

  get ended(): boolean {
    return this.#ended;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#ended) this.#socket.resume();
  }

  /** Reads what is in the FIFO now. Returns true at its end: it is empty and nobody has the write end open. */
  drain(): boolean {
    while (!this.#ended) {
      const bytes = readAvailable(this.#fd);
      if (bytes === undefined) return false;
      if (bytes === 0) this.close();
      else this.#handlers.data(shared.subarray(0, bytes));
    }
    return true;
  }

  close(): void {
    this.#socket.destroy();
    this.#end();
  }

  #take(bytes: number): boolean {
    this.#handlers.data(shared.subarray(0, bytes));
    return true;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#handlers.end();
  }
}

/** Undefined while it is empty but has a writer. */
function readAvailable(fd: number): number | undefined {
  try {
    return readSync(fd, shared);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    return 0;
  }
}
