import { connect, type Socket } from 'node:net';
import { PouchError } from '../../hooks/index.ts';
import { happensWithin } from '../wait/deadline.ts';
import { Deferred } from '../wait/Deferred.ts';
import { MessageReader } from './MessageReader.ts';
import type { Answer, KeeperAnswers, KeeperEvent, KeeperRequest } from './protocol.ts';

/** The keeper closed the connection or died before it answered. */
export class ConnectionLost extends Error {}

/** Opens a connection to a unix socket. */
export async function connectTo(path: string): Promise<Socket> {
  const socket = connect(path);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject);
  });
  return socket;
}

/** One connection for requests, many at a time. */
export class KeeperConnection {
  readonly #socket: Socket;
  readonly #messages = new MessageReader();
  readonly #pending = new Map<number, Deferred<Answer>>();
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

  /** Resolves when the connection has gone. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** @throws ConnectionLost, or PCH_LOG_KEEPER if the keeper refuses or does not answer within `deadlineMs` */
  async call<Request extends Exclude<KeeperRequest, { op: 'subscribe' }>>(
    request: Request,
    deadlineMs: number,
  ): Promise<KeeperAnswers[Request['op']]> {
    const id = ++this.#lastId;
    const answered = new Deferred<Answer>();
    this.#pending.set(id, answered);
    if (this.#socket.destroyed) this.#lost();
    else this.#socket.write(`${JSON.stringify({ id, ...request })}\n`);
    const inTime = await happensWithin(answered.promise, deadlineMs);
    this.#pending.delete(id);
    if (!inTime) throw refused(request.op, `no answer within ${deadlineMs} ms`);
    const answer = await answered.promise;
    if (!answer.ok) throw refused(request.op, answer.error);
    return answer.result as KeeperAnswers[Request['op']];
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    try {
      for (const message of this.#messages.push(chunk)) this.#take(message as Answer | KeeperEvent);
    } catch {
      // What speaks no JSON is no keeper; the connection is made anew.
      this.#socket.destroy();
    }
  }

  #take(message: Answer | KeeperEvent): void {
    if ('event' in message) this.#onEvent(message);
    else this.#pending.get(message.id)?.resolve(message);
  }

  #lost(): void {
    for (const pending of this.#pending.values())
      pending.reject(new ConnectionLost('the log keeper has gone'));
    this.#pending.clear();
    this.#closed.resolve();
  }
}

function refused(op: string, reason: string): PouchError {
  return new PouchError('PCH_LOG_KEEPER', `the log keeper did not do '${op}': ${reason}`, {
    hint: 'See STATE/io/keeper.log; ending the process pouch-logkeeper is safe, pouchd starts it again.',
  });
}
