import { readSync } from 'node:fs';
import { Socket, type OnReadOpts, type SocketConstructorOpts } from 'node:net';

/** A pipe holds 64 KiB, so no read returns more. */
export const readSize = 64 * 1024;

/** Bytes of a read after which it is the turn of others: libuv reads up to 32 times from a pipe that is never empty. */
const busyBytes = 16 * 1024;

/** One buffer for all readers: each chunk is consumed before the next read, and an idle FIFO needs no buffer. */
const shared = Buffer.allocUnsafeSlow(readSize);

export interface FifoHandlers {
  /** `chunk` is valid only during the call. */
  data(chunk: Buffer): void;
  /** Called once, when every writer has closed and all data is read, or after an error or `close`. */
  end(): void;
}

/**
 * Reads a FIFO with epoll(7).
 *
 * A file stream would occupy one of libuv's four threads per waiting FIFO; a socket needs none. A FIFO that no writer
 * has opened yet is idle and not at its end: epoll reports a hang-up only after a writer has had it open.
 */
export class FifoReader {
  readonly #fd: number;
  readonly #socket: Socket;
  readonly #handlers: FifoHandlers;
  #ended = false;

  /** Takes ownership of `fd`, a non-blocking read end, and starts reading. */
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

  isPaused(): boolean {
    return this.#socket.isPaused();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#ended) this.#socket.resume();
  }

  /**
   * Reads the data in the FIFO. Returns true at its end: it is empty and no process has the write end open.
   * @param most bytes, of one that others write to without end
   */
  drain(most = Infinity): boolean {
    for (let read = 0; !this.#ended && read < most;) {
      const bytes = readAvailable(this.#fd);
      if (bytes === undefined) return false;
      if (bytes === 0) this.close();
      else this.#handlers.data(shared.subarray(0, bytes));
      read += bytes;
    }
    return this.#ended;
  }

  /** It does not keep the process running. */
  unref(): void {
    this.#socket.unref();
  }

  close(): void {
    this.#socket.destroy();
    this.#end();
  }

  #take(bytes: number): boolean {
    this.#handlers.data(shared.subarray(0, bytes));
    if (bytes < busyBytes) return true;
    setImmediate(() => {
      if (!this.#ended && !this.#socket.isPaused()) this.#socket.resume();
    });
    return false;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#handlers.end();
  }
}

/** Returns 0 at the end, and undefined if the FIFO is empty but has a writer. */
function readAvailable(fd: number): number | undefined {
  try {
    return readSync(fd, shared);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    return 0;
  }
}
