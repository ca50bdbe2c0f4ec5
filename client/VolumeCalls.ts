import { filtersQuery } from './query.ts';
import type { Filters } from './query.ts';
import type { Transport } from './Transport.ts';
import type { VolumeCreateRequest, VolumeListResponse, VolumesPruneResponse, VolumeWire } from './wire.ts';

/** Calls on volumes. */
export class VolumeCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  create(body: VolumeCreateRequest): Promise<VolumeWire> {
    return this.#transport.json('POST', '/volumes/create', { body });
  }

  list(filters?: Filters): Promise<VolumeListResponse> {
    return this.#transport.json('GET', '/volumes', { query: { filters: filtersQuery(filters) } });
  }

  inspect(name: string): Promise<VolumeWire> {
    return this.#transport.json('GET', volumePath(name));
  }

  async remove(name: string, options: { force?: boolean } = {}): Promise<void> {
    await this.#transport.json('DELETE', volumePath(name), { query: options });
  }

  prune(filters?: Filters): Promise<VolumesPruneResponse> {
    return this.#transport.json('POST', '/volumes/prune', { query: { filters: filtersQuery(filters) } });
  }
}

function volumePath(name: string): string {
  return `/volumes/${encodeURIComponent(name)}`;
}
