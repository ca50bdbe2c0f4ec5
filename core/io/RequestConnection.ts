import { connect, type Socket } from 'node:net';
import { happensWithin } from '../wait/deadline.ts';
import { Deferred } from '../wait/Deferred.ts';
import { MessageReader } from './MessageReader.ts';

/** The process closed the connection, or ended, before it replied. */
export class ConnectionLost extends Error {}

/** Opens a connection to a unix socket. */
export async function connectTo(path: string): Promise<Socket> {
  const socket = connect(path);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject);
  });
  return socket;
}

interface Reply {
  id: number;
}

interface RequestConnectionOptions<Message> {
  /** For errors: `the log keeper`. */
  peer: string;
  /** Takes a message that is not a reply. */
  onEvent?: (event: Message) => void;
  /** A request as a line, where that is not JSON. */
  encode?: (id: number, request: object) => string;
}

function encodeJson(id: number, request: object): string {
  return JSON.stringify({ id, ...request });
}

/**
 * A connection to a process that pouchd supervises, for concurrent requests: one JSON value per line, and a reply with
 * the `id` of each.
 */
export class RequestConnection<ReplyMessage extends Reply, Event = never> {
  readonly #socket: Socket;
  readonly #options: RequestConnectionOptions<Event>;
  readonly #messages = new MessageReader();
  readonly #pending = new Map<number, Deferred<ReplyMessage>>();
  readonly #closed = new Deferred();
  #lastId = 0;

  constructor(socket: Socket, options: RequestConnectionOptions<Event>) {
    this.#socket = socket;
    this.#options = options;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#lost());
  }

  /** Resolves when the connection is closed. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Resolves to the reply; undefined if it has not come within `deadlineMs`. @throws ConnectionLost */
  async ask(request: object, deadlineMs: number): Promise<ReplyMessage | undefined> {
    const id = ++this.#lastId;
    const replied = new Deferred<ReplyMessage>();
    this.#pending.set(id, replied);
    if (this.#socket.destroyed) this.#lost();
    else this.#socket.write(`${(this.#options.encode ?? encodeJson)(id, request)}\n`);
    const inTime = await happensWithin(replied.promise, deadlineMs);
    this.#pending.delete(id);
    return inTime ? await replied.promise : undefined;
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    try {
      for (const message of this.#messages.push(chunk)) this.#take(message as ReplyMessage | Event);
    } catch {
      // The peer is another program: pouchd connects again.
      this.#socket.destroy();
    }
  }

  #take(message: ReplyMessage | Event): void {
    if (isEvent(message)) this.#options.onEvent?.(message as Event);
    else this.#pending.get((message as ReplyMessage).id)?.resolve(message as ReplyMessage);
  }

  #lost(): void {
    for (const pending of this.#pending.values())
      pending.reject(new ConnectionLost(`the connection to ${this.#options.peer} was lost`));
    this.#pending.clear();
    this.#closed.resolve();
  }
}

function isEvent(message: unknown): boolean {
  return 'event' in (message as object);
}
