import type { EntryConnection } from '../entries/EntryServer.ts';
import { connectTo, RequestConnection } from '../io/RequestConnection.ts';
import { nameServerFailed } from './failed.ts';
import type { NameEntry, ResolverReply, ResolverRequest } from './protocol.ts';

/** Milliseconds for a reply. */
const replyMs = 5000;

/** A connection to the resolver for concurrent requests. Its methods throw ConnectionLost, or PCH_DNS_FAILED. */
export class ResolverConnection implements EntryConnection<NameEntry> {
  readonly #requests: RequestConnection<ResolverReply>;

  private constructor(requests: RequestConnection<ResolverReply>) {
    this.#requests = requests;
  }

  static async open(path: string): Promise<ResolverConnection> {
    return new ResolverConnection(new RequestConnection(await connectTo(path), { peer: 'the resolver' }));
  }

  get closed(): Promise<void> {
    return this.#requests.closed;
  }

  async hello(): Promise<void> {
    await this.#call({ op: 'hello' });
  }

  async set(entry: NameEntry): Promise<void> {
    await this.#call({ op: 'set', entry });
  }

  async drop(container: string): Promise<void> {
    await this.#call({ op: 'drop', container });
  }

  async only(containers: readonly string[]): Promise<void> {
    await this.#call({ op: 'only', containers: [...containers] });
  }

  close(): void {
    this.#requests.close();
  }

  async #call(request: ResolverRequest): Promise<void> {
    const reply = await this.#requests.ask(request, replyMs);
    if (!reply) throw nameServerFailed(request.op, `no reply within ${replyMs} ms`);
    if (!reply.ok) throw nameServerFailed(request.op, reply.error);
  }
}
