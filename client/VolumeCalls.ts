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

  /** Creates a volume; one of that name that exists is returned unchanged. */
  create(body: VolumeCreateRequest): Promise<VolumeWire> {
    return this.#transport.json('POST', '/volumes/create', { body });
  }

  /** Volumes of the host. */
  list(filters?: Filters): Promise<VolumeListResponse> {
    return this.#transport.json('GET', '/volumes', { query: { filters: filtersQuery(filters) } });
  }

  /** A volume of that name. */
  inspect(name: string): Promise<VolumeWire> {
    return this.#transport.json('GET', volumePath(name));
  }

  /** Removes a volume and its data. */
  async remove(name: string, options: { force?: boolean } = {}): Promise<void> {
    await this.#transport.json('DELETE', volumePath(name), { query: options });
  }

  /** Removes the volumes that no container uses, by default only anonymous ones. */
  prune(filters?: Filters): Promise<VolumesPruneResponse> {
    return this.#transport.json('POST', '/volumes/prune', { query: { filters: filtersQuery(filters) } });
  }
}

function volumePath(name: string): string {
  return `/volumes/${encodeURIComponent(name)}`;
}
