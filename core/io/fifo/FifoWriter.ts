import { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { openWriteEnd } from './open.ts';

/**
 * Writes to a FIFO without blocking. `write` calls back when the data is in the pipe.
 *
 * `end` closes this write end once all data is in the pipe. The reader sees end-of-file when all writers have closed.
 */
export class FifoWriter extends Writable {
  readonly #socket: Socket;

  /** @throws ENXIO while no process has the read end open */
  constructor(path: string) {
    super({ highWaterMark: 64 * 1024 });
    this.#socket = new Socket({ fd: openWriteEnd(path), readable: false, writable: true });
    this.#socket.on('error', (error) => this.destroy(error));
    this.#socket.on('close', () => this.destroy());
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
