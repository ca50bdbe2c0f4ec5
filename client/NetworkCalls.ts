import { filtersQuery } from './query.ts';
import type { Filters } from './query.ts';
import type { Transport } from './Transport.ts';
import type {
  NetworkConnectRequest,
  NetworkCreateRequest,
  NetworkCreateResponse,
  NetworkDisconnectRequest,
  NetworksPruneResponse,
  NetworkWire,
} from './wire.ts';

/** Calls on networks. */
export class NetworkCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Creates a network. A name that exists is an error. */
  create(body: NetworkCreateRequest): Promise<NetworkCreateResponse> {
    return this.#transport.json('POST', '/networks/create', { body });
  }

  /** Networks of the host, without their containers. */
  list(filters?: Filters): Promise<NetworkWire[]> {
    return this.#transport.json('GET', '/networks', { query: { filters: filtersQuery(filters) } });
  }

  /** A network with the containers that run on it. */
  inspect(ref: string): Promise<NetworkWire> {
    return this.#transport.json('GET', networkPath(ref));
  }

  /** Removes a network that no running container uses. */
  async remove(ref: string): Promise<void> {
    await this.#transport.json('DELETE', networkPath(ref));
  }

  /** Connects a container to a network: at once while it runs, and at each start. */
  async connect(ref: string, body: NetworkConnectRequest): Promise<void> {
    await this.#transport.json('POST', `${networkPath(ref)}/connect`, { body });
  }

  /** Takes a container out of a network. */
  async disconnect(ref: string, body: NetworkDisconnectRequest): Promise<void> {
    await this.#transport.json('POST', `${networkPath(ref)}/disconnect`, { body });
  }

  /** Removes the created networks that no container uses. */
  prune(filters?: Filters): Promise<NetworksPruneResponse> {
    return this.#transport.json('POST', '/networks/prune', { query: { filters: filtersQuery(filters) } });
  }
}

function networkPath(ref: string): string {
  return `/networks/${encodeURIComponent(ref)}`;
}
