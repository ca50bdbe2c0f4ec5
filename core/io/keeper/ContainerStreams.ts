import type { Socket } from 'node:net';
import type { OutputChunk } from '../../../hooks/index.ts';
import { happensWithin } from '../../wait/deadline.ts';
import { Deferred } from '../../wait/Deferred.ts';
import { FifoReader } from '../fifo/FifoReader.ts';
import { openReadEnd } from '../fifo/open.ts';
import type { StreamPaths } from '../layout.ts';
import type { LogWriter } from '../log/LogWriter.ts';
import { frameOf, type StreamsConfig } from '../protocol.ts';
import { Subscriber } from './Subscriber.ts';

/** One container's output: FIFOs in, log and subscribers out. */
export class ContainerStreams {
  readonly config: StreamsConfig;
  readonly #onDropped: (token: string) => void;
  readonly #log: LogWriter | undefined;
  readonly #readers: FifoReader[];
  readonly #subscribers = new Set<Subscriber>();
  /** The process has ended: what is left is little and is read whatever the subscribers do. */
  #finishing = false;
  #paused = false;
  #closed = false;
  readonly #ended = new Deferred();

  /** `onDropped` gets the token of a subscriber that was cut off. */
  constructor(
    config: StreamsConfig,
    paths: StreamPaths,
    log: LogWriter | undefined,
    onDropped: (token: string) => void,
  ) {
    this.config = config;
    this.#onDropped = onDropped;
    this.#log = log;
    const streams: OutputChunk['stream'][] = config.tty ? ['stdout'] : ['stdout', 'stderr'];
    this.#readers = streams.map((stream) => this.#read(stream, paths[stream]));
  }

  /** Resolves when every stream has ended, or was closed. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  subscribe(socket: Socket, token: string, stallMs: number): void {
    const subscriber: Subscriber = new Subscriber(socket, stallMs, {
      drained: () => this.#balance(),
      stalled: () => this.#onDropped(token),
      gone: () => {
        this.#subscribers.delete(subscriber);
        this.#balance();
      },
    });
    if (this.#closed) subscriber.end();
    else this.#subscribers.add(subscriber);
  }

  pause(): void {
    this.#paused = true;
    for (const reader of this.#readers) reader.pause();
  }

  resume(): void {
    this.#paused = false;
    for (const reader of this.#readers) reader.resume();
  }

  /** To be called after the process has ended. Reads what is left; resolves to false if a writer is still there at the deadline. */
  async finish(deadlineMs: number): Promise<boolean> {
    this.#finishing = true;
    this.resume();
    if (this.#drain()) return true;
    const complete = await happensWithin(this.ended, deadlineMs);
    this.#drain();
    this.close();
    return complete;
  }

  /** Stops reading; what was read is logged, subscribers see the end. */
  close(): void {
    for (const reader of this.#readers) reader.close();
    this.#close();
  }

  #read(stream: OutputChunk['stream'], path: string): FifoReader {
    return new FifoReader(openReadEnd(path), {
      data: (chunk) => this.#take(stream, chunk),
      end: () => this.#streamEnded(),
    });
  }

  #take(stream: OutputChunk['stream'], chunk: Buffer): void {
    this.#log?.write(stream, chunk);
    if (this.#subscribers.size === 0) return;
    const encoded = frameOf(stream, chunk);
    for (const subscriber of this.#subscribers) subscriber.send(encoded);
    this.#balance();
  }

  /** Reads as fast as the slowest subscriber takes it. */
  #balance(): void {
    const full = !this.#finishing && [...this.#subscribers].some((subscriber) => subscriber.full);
    if (full && !this.#paused) this.pause();
    if (!full && this.#paused) this.resume();
  }

  #drain(): boolean {
    return this.#readers.map((reader) => reader.drain()).every(Boolean);
  }

  #streamEnded(): void {
    if (this.#readers.every((reader) => reader.ended)) this.#close();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#log?.close();
    for (const subscriber of this.#subscribers) subscriber.end();
    this.#ended.resolve();
  }
}
