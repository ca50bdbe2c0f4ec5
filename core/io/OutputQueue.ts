import type { OutputChunk } from '../../hooks/index.ts';
import { Deferred } from '../wait/Deferred.ts';

/** Bytes that may wait in the queue before its source is asked to pause. */
const highWaterBytes = 256 * 1024;

export interface QueueHandlers {
  /** The queue is full: stop pushing. */
  full(): void;
  /** The queue has room again. */
  drained(): void;
  /** The consumer has stopped reading. */
  closed(): void;
}

/** A queue of output between a source that pushes and one consumer that pulls. */
export class OutputQueue implements AsyncIterableIterator<OutputChunk> {
  readonly #handlers: QueueHandlers;
  #chunks: OutputChunk[] = [];
  /** Index of the next chunk. */
  #head = 0;
  #bytes = 0;
  #full = false;
  #ended = false;
  #error: Error | undefined;
  #waiting: Deferred | undefined;

  constructor(handlers: QueueHandlers) {
    this.#handlers = handlers;
  }

  get ended(): boolean {
    return this.#ended;
  }

  push(chunk: OutputChunk): void {
    if (this.#ended) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.data.length;
    this.#wake();
    if (this.#full || this.#bytes < highWaterBytes) return;
    this.#full = true;
    this.#handlers.full();
  }

  /** Ends the queue, or fails it with `error`, after the chunks that were pushed. */
  end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#wake();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<OutputChunk, undefined>> {
    while (this.#head === this.#chunks.length && !this.#ended) {
      this.#waiting ??= new Deferred();
      await this.#waiting.promise;
    }
    const value = this.#take();
    if (value !== undefined) return { done: false, value };
    if (this.#error === undefined) return { done: true, value: undefined };
    throw this.#error;
  }

  /** Discards the remaining chunks. */
  return(): Promise<IteratorResult<OutputChunk, undefined>> {
    this.end();
    this.#chunks = [];
    this.#head = 0;
    this.#handlers.closed();
    return Promise.resolve({ done: true, value: undefined });
  }

  #take(): OutputChunk | undefined {
    const chunk = this.#chunks[this.#head];
    if (chunk === undefined) return undefined;
    this.#head += 1;
    if (this.#head === this.#chunks.length || this.#head === 1024) this.#compact();
    this.#bytes -= chunk.data.length;
    if (this.#full && this.#bytes < highWaterBytes / 2) {
      this.#full = false;
      this.#handlers.drained();
    }
    return chunk;
  }

  #compact(): void {
    this.#chunks = this.#chunks.slice(this.#head);
    this.#head = 0;
  }

  #wake(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }
}
