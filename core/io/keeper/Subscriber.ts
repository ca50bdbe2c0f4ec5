import type { Socket } from 'node:net';
import { encodeFrame, frame } from '../protocol.ts';

/** Bytes that may wait for a subscriber before the container is not read any more. */
const highWaterBytes = 256 * 1024;

/** Bytes of one write, whose completion shows that the client is reading. */
const writeBytes = 64 * 1024;

export interface SubscriberHandlers {
  /** The queue has room again. */
  drained(): void;
  /** It has read nothing for `stallMs` and is disconnected. */
  stalled(): void;
  gone(): void;
}

/**
 * A client that receives the live output of a container.
 *
 * The container is not read while more than the high-water mark is waiting: `run … | slow` must not lose output. A
 * client that reads nothing for `stallMs` while data is waiting is disconnected; 0: never.
 */
export class Subscriber {
  readonly #socket: Socket;
  readonly #stallMs: number;
  readonly #handlers: SubscriberHandlers;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #writing = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, stallMs: number, handlers: SubscriberHandlers) {
    this.#socket = socket;
    this.#stallMs = stallMs;
    this.#handlers = handlers;
    socket.on('close', () => this.#onClosed());
    socket.resume();
    this.send(encodeFrame(frame.ready));
  }

  get full(): boolean {
    return this.#waitingBytes > highWaterBytes;
  }

  send(encoded: Buffer): void {
    this.#waiting.push(encoded);
    this.#waitingBytes += encoded.length;
    if (!this.#writing) this.#write();
  }

  /** Sends the last frame. The client then closes the connection. */
  end(): void {
    this.send(encodeFrame(frame.end));
  }

  #write(): void {
    const batch = this.#nextBatch();
    this.#writing = batch.length > 0;
    if (!this.#writing) return this.#unwatch();
    this.#watch();
    this.#socket.write(batch, (error) => {
      if (error) return;
      this.#write();
      this.#handlers.drained();
    });
  }

  #nextBatch(): Buffer {
    let [count, bytes] = [0, 0];
    while (count < this.#waiting.length && bytes < writeBytes) bytes += this.#waiting[count++]?.length ?? 0;
    this.#waitingBytes -= bytes;
    const batch = this.#waiting.splice(0, count);
    return batch.length === 1 && batch[0] !== undefined ? batch[0] : Buffer.concat(batch);
  }

  #watch(): void {
    if (this.#stallMs === 0) return;
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#stall(), this.#stallMs);
    else this.#timer.refresh();
  }

  #unwatch(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #stall(): void {
    this.#handlers.stalled();
    this.#socket.destroy();
  }

  #onClosed(): void {
    this.#unwatch();
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#handlers.gone();
  }
}
