import { connect, type Socket } from 'node:net';
import { PouchError } from '../../hooks/index.ts';
import { happensWithin } from '../wait/deadline.ts';
import { Deferred } from '../wait/Deferred.ts';
import { MessageReader } from './MessageReader.ts';
import type { Reply, KeeperReplies, KeeperEvent, KeeperRequest } from './protocol.ts';

/** The keeper closed the connection, or ended, before it replied. */
export class ConnectionLost extends Error {}

/** Opens a connection to a unix socket. */
export async function connectTo(path: string): Promise<Socket> {
  const socket = connect(path);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject);
  });
  return socket;
}

/** A connection for concurrent requests. */
export class KeeperConnection {
  readonly #socket: Socket;
  readonly #messages = new MessageReader();
  readonly #pending = new Map<number, Deferred<Reply>>();
  readonly #onEvent: (event: KeeperEvent) => void;
  readonly #closed = new Deferred();
  #lastId = 0;

  constructor(socket: Socket, onEvent: (event: KeeperEvent) => void) {
    this.#socket = socket;
    this.#onEvent = onEvent;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#lost());
  }

  /** Resolves when the connection is closed. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** @throws ConnectionLost, or PCH_LOG_KEEPER if the request fails or has no reply within `deadlineMs` */
  async call<Request extends Exclude<KeeperRequest, { op: 'subscribe' }>>(
    request: Request,
    deadlineMs: number,
  ): Promise<KeeperReplies[Request['op']]> {
    const id = ++this.#lastId;
    const replied = new Deferred<Reply>();
    this.#pending.set(id, replied);
    if (this.#socket.destroyed) this.#lost();
    else this.#socket.write(`${JSON.stringify({ id, ...request })}\n`);
    const inTime = await happensWithin(replied.promise, deadlineMs);
    this.#pending.delete(id);
    if (!inTime) throw failed(request.op, `no reply within ${deadlineMs} ms`);
    const reply = await replied.promise;
    if (!reply.ok) throw failed(request.op, reply.error);
    return reply.result as KeeperReplies[Request['op']];
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    try {
      for (const message of this.#messages.push(chunk)) this.#take(message as Reply | KeeperEvent);
    } catch {
      // The peer is not a keeper: pouchd connects again.
      this.#socket.destroy();
    }
  }

  #take(message: Reply | KeeperEvent): void {
    if ('event' in message) this.#onEvent(message);
    else this.#pending.get(message.id)?.resolve(message);
  }

  #lost(): void {
    for (const pending of this.#pending.values())
      pending.reject(new ConnectionLost('the connection to the log keeper was lost'));
    this.#pending.clear();
    this.#closed.resolve();
  }
}

function failed(op: string, reason: string): PouchError {
  return new PouchError('PCH_LOG_KEEPER', `the log keeper failed to ${op}: ${reason}`, {
    hint: 'see STATE/io/keeper.log; it is safe to kill the process pouch-logkeeper: pouchd restarts it',
  });
}
