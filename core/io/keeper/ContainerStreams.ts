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

/** The output of one container, copied from its FIFOs to its log and its subscribers. */
export class ContainerStreams {
  readonly config: StreamsConfig;
  readonly #onDropped: (token: string) => void;
  readonly #log: LogWriter | undefined;
  readonly #readers: FifoReader[];
  readonly #subscribers = new Set<Subscriber>();
  /** Set after the process has ended: the rest is small and is read even if subscribers are slow. */
  #finishing = false;
  #paused = false;
  #closed = false;
  readonly #ended = new Deferred();

  /** `onDropped` is called with the token of a subscriber that was disconnected for being slow. */
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

  /** Resolves when every stream has ended or is closed. */
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

  /** Reads the rest after the process has ended. Resolves to false if a stream still has a writer at the deadline. */
  async finish(deadlineMs: number): Promise<boolean> {
    this.#finishing = true;
    this.resume();
    if (this.#drain()) return true;
    const complete = await happensWithin(this.ended, deadlineMs);
    this.#drain();
    this.close();
    return complete;
  }

  /** Stops reading. The data read so far is logged, and the subscribers receive the end. */
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

  /** Reads at the speed of the slowest subscriber. */
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
