import type { Socket } from 'node:net';
import { ConnectionLost, connectTo } from '../io/KeeperConnection.ts';
import { MessageReader } from '../io/MessageReader.ts';
import { happensWithin } from '../wait/deadline.ts';
import { Deferred } from '../wait/Deferred.ts';
import { nameServerFailed } from './failed.ts';
import type { ResolverReply, ResolverRequest } from './protocol.ts';

/** Milliseconds for a reply. */
const replyMs = 5000;

/** A connection to the resolver for concurrent requests. */
export class ResolverConnection {
  readonly #socket: Socket;
  readonly #messages = new MessageReader();
  readonly #pending = new Map<number, Deferred<ResolverReply>>();
  readonly #closed = new Deferred();
  #lastId = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#lost());
  }

  static async open(path: string): Promise<ResolverConnection> {
    return new ResolverConnection(await connectTo(path));
  }

  /** Resolves when the connection is closed. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** @throws ConnectionLost, or PCH_DNS_FAILED */
  async call(request: ResolverRequest): Promise<void> {
    const id = ++this.#lastId;
    const replied = new Deferred<ResolverReply>();
    this.#pending.set(id, replied);
    if (this.#socket.destroyed) this.#lost();
    else this.#socket.write(`${JSON.stringify({ id, ...request })}\n`);
    const inTime = await happensWithin(replied.promise, replyMs);
    this.#pending.delete(id);
    if (!inTime) throw nameServerFailed(request.op, `no reply within ${replyMs} ms`);
    const reply = await replied.promise;
    if (!reply.ok) throw nameServerFailed(request.op, reply.error);
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    try {
      for (const reply of this.#messages.push(chunk) as ResolverReply[])
        this.#pending.get(reply.id)?.resolve(reply);
    } catch {
      // The peer is not the resolver: pouchd connects again.
      this.#socket.destroy();
    }
  }

  #lost(): void {
    for (const pending of this.#pending.values())
      pending.reject(new ConnectionLost('the connection to the resolver was lost'));
    this.#pending.clear();
    this.#closed.resolve();
  }
}
