import type { Socket } from 'node:net';
import { PouchError } from '../../hooks/index.ts';
import type { Reply, KeeperReplies, KeeperEvent, KeeperRequest } from './protocol.ts';
import { RequestConnection } from './RequestConnection.ts';

/** A connection to the log keeper for concurrent requests. */
export class KeeperConnection {
  readonly #requests: RequestConnection<Reply, KeeperEvent>;

  constructor(socket: Socket, onEvent: (event: KeeperEvent) => void) {
    this.#requests = new RequestConnection<Reply, KeeperEvent>(socket, { peer: 'the log keeper', onEvent });
  }

  /** Resolves when the connection is closed. */
  get closed(): Promise<void> {
    return this.#requests.closed;
  }

  /** @throws ConnectionLost, or PCH_LOG_KEEPER if the request fails or has no reply within `deadlineMs` */
  async call<Request extends Exclude<KeeperRequest, { op: 'subscribe' }>>(
    request: Request,
    deadlineMs: number,
  ): Promise<KeeperReplies[Request['op']]> {
    const reply = await this.#requests.ask(request, deadlineMs);
    if (!reply) throw failed(request.op, `no reply within ${deadlineMs} ms`);
    if (!reply.ok) throw failed(request.op, reply.error);
    return reply.result as KeeperReplies[Request['op']];
  }

  close(): void {
    this.#requests.close();
  }
}

function failed(op: string, reason: string): PouchError {
  return new PouchError('PCH_LOG_KEEPER', `the log keeper failed to ${op}: ${reason}`, {
    hint: 'see STATE/io/keeper.log; it is safe to kill the process pouch-logkeeper: pouchd restarts it',
  });
}
