import type { Socket } from 'node:net';
import { PouchError, type OutputChunk } from '../../hooks/index.ts';
import { happensWithin } from '../wait/deadline.ts';
import { Deferred } from '../wait/Deferred.ts';
import { FrameReader, type Frame } from './FrameReader.ts';
import { OutputQueue } from './OutputQueue.ts';
import { frame, type KeeperRequest } from './protocol.ts';

export interface SubscriptionOptions {
  container: string;
  token: string;
  /** Milliseconds after which the keeper disconnects a consumer that reads nothing; 0: never. */
  stallMs: number;
  connect: () => Promise<Socket>;
  /** Called once, when the subscription has ended or is closed. */
  onDone: (subscription: Subscription) => void;
}

/** Milliseconds for the first connection, including a restart of the keeper. */
const readyDeadlineMs = 10_000;
/** Milliseconds after which it reconnects, if the keeper is still running. */
const reconnectMs = 500;

/** A container's live output for one consumer. It continues when the keeper is replaced. */
export class Subscription implements AsyncIterable<OutputChunk> {
  readonly #options: SubscriptionOptions;
  readonly #queue: OutputQueue;
  readonly #ready = new Deferred();
  #socket: Socket | undefined;
  #frames = new FrameReader();
  #dropped = false;
  /** Resolves when the current connection is live; unset without a connection. */
  #connected: Deferred | undefined;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.#queue = new OutputQueue({
      full: () => this.#socket?.pause(),
      drained: () => this.#socket?.resume(),
      closed: () => this.close(),
    });
  }

  get token(): string {
    return this.#options.token;
  }

  /** Resolves when the subscription is live: it misses no later output. Rejects if the container has no streams. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  [Symbol.asyncIterator](): AsyncIterator<OutputChunk> {
    return this.#queue;
  }

  /** Subscribes. Never rejects: `ready` rejects on errors, also if the subscription is not live in time. */
  async start(): Promise<void> {
    await this.connect();
    const isSettled = await happensWithin(this.#ready.promise, readyDeadlineMs).catch(() => true);
    if (!isSettled) this.#finish(noResponse(this.#options.container));
  }

  /** Subscribes, unless a connection exists. Also resolves if that fails; callers call it again for a new keeper. */
  async connect(): Promise<void> {
    if (this.#queue.ended || this.#connected !== undefined) return;
    const connected = new Deferred();
    this.#connected = connected;
    try {
      this.#attach(await this.#options.connect());
      await connected.promise;
    } catch {
      this.#connected = undefined;
    }
  }

  /** Called when the keeper has disconnected this consumer because it was too slow. */
  markDropped(): void {
    this.#dropped = true;
    if (this.#socket?.destroyed === true) this.#lost();
  }

  close(): void {
    this.#finish();
  }

  #attach(socket: Socket): void {
    this.#socket = socket;
    this.#frames = new FrameReader();
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#lost());
    const { container, token, stallMs } = this.#options;
    const request: KeeperRequest = { op: 'subscribe', container, token, stallMs };
    socket.write(`${JSON.stringify(request)}\n`);
  }

  #receive(chunk: Buffer): void {
    for (const received of this.#frames.push(chunk)) this.#take(received);
  }

  #take({ kind, payload }: Frame): void {
    if (kind === frame.stdout) this.#queue.push({ stream: 'stdout', data: payload });
    else if (kind === frame.stderr) this.#queue.push({ stream: 'stderr', data: payload });
    else if (kind === frame.ready) this.#onReady();
    else if (kind === frame.end) this.#finish();
    else if (kind === frame.unknown) this.#finish(notRunning(this.#options.container));
  }

  #onReady(): void {
    this.#connected?.resolve();
    this.#ready.resolve();
  }

  /** A partial frame is output too. Output that the keeper has not sent is only in the log. */
  #lost(): void {
    const partial = this.#frames.partial();
    if (partial !== undefined) this.#take(partial);
    this.#connected?.resolve();
    this.#connected = undefined;
    if (this.#dropped) this.#finish(tooSlow(this.#options));
    else setTimeout(() => void this.connect(), reconnectMs).unref();
  }

  #finish(error?: Error): void {
    if (this.#queue.ended) return;
    this.#queue.end(error);
    if (error === undefined) this.#ready.resolve();
    else this.#ready.reject(error);
    this.#socket?.destroy();
    this.#options.onDone(this);
  }
}

function notRunning(container: string): PouchError {
  return new PouchError(
    'PCH_CONTAINER_NOT_RUNNING',
    `cannot attach to container ${container}: it is not running`,
    {
      container,
      hint: 'start it, or read its output with `pouch logs`',
    },
  );
}

function tooSlow({ container, stallMs }: SubscriptionOptions): PouchError {
  return new PouchError(
    'PCH_ATTACH_TOO_SLOW',
    `the client read no output of container ${container} for ${stallMs / 1000} s and was disconnected`,
    { container, hint: 'attach again; `pouch logs` has the missed output' },
  );
}

function noResponse(container: string): PouchError {
  return new PouchError(
    'PCH_LOG_KEEPER',
    `cannot attach to container ${container}: the log keeper does not respond`,
    {
      container,
      hint: 'see STATE/io/keeper.log',
    },
  );
}
