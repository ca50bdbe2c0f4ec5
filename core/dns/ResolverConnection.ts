import { connectTo, RequestConnection } from '../io/RequestConnection.ts';
import { nameServerFailed } from './failed.ts';
import type { ResolverReply, ResolverRequest } from './protocol.ts';

/** Milliseconds for a reply. */
const replyMs = 5000;

/** A connection to the resolver for concurrent requests. */
export class ResolverConnection {
  readonly #requests: RequestConnection<ResolverReply>;

  private constructor(requests: RequestConnection<ResolverReply>) {
    this.#requests = requests;
  }

  static async open(path: string): Promise<ResolverConnection> {
    return new ResolverConnection(new RequestConnection(await connectTo(path), { peer: 'the resolver' }));
  }

  /** Resolves when the connection is closed. */
  get closed(): Promise<void> {
    return this.#requests.closed;
  }

  /** @throws ConnectionLost, or PCH_DNS_FAILED */
  async call(request: ResolverRequest): Promise<void> {
    const reply = await this.#requests.ask(request, replyMs);
    if (!reply) throw nameServerFailed(request.op, `no reply within ${replyMs} ms`);
    if (!reply.ok) throw nameServerFailed(request.op, reply.error);
  }

  close(): void {
    this.#requests.close();
  }
}
