import type { Socket } from 'node:net';
import { encodeFrame, frame } from '../protocol.ts';

/** Bytes that wait for a subscriber before reading the container stops. */
const highWaterBytes = 256 * 1024;

/** Bytes of one write: its completion is the sign that the client takes something. */
const writeBytes = 64 * 1024;

export interface SubscriberHandlers {
  /** There is room again. */
  drained(): void;
  /** It took nothing for the time it was given, and is cut off. */
  stalled(): void;
  gone(): void;
}

/**
 * A client that gets a container's output live.
 *
 * While more than the high-water mark is waiting for it the container is not read: nothing may be lost for
 * `run … | slow`. If it takes nothing at all for `stallMs` while something is waiting, it is dropped; 0 for never.
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
    socket.on('close', () => this.#gone());
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

  /** Everything was sent: the client closes once it has the last frame. */
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

  #gone(): void {
    this.#unwatch();
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#handlers.gone();
  }
}
