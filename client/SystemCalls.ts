import { filtersQuery } from './query.ts';
import type { Filters } from './query.ts';
import type { Transport } from './Transport.ts';
import type {
  DiskUsageResponse,
  EventMessage,
  InfoResponse,
  SettingsUpdateRequest,
  SettingsUpdateResponse,
  VersionResponse,
} from './wire.ts';

export interface EventOptions {
  /** Unix seconds, optionally with a fraction. */
  since?: string;
  until?: string;
  filters?: Filters;
  signal?: AbortSignal;
}

/** Calls on the daemon. */
export class SystemCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Facts about the host and the number of objects. */
  info(): Promise<InfoResponse> {
    return this.#transport.json('GET', '/info');
  }

  /** What images, containers and volumes take on the disk. */
  diskUsage(): Promise<DiskUsageResponse> {
    return this.#transport.json('GET', '/system/df');
  }

  /** Changes settings in pouchd's configuration file, and puts them in force. */
  updateSettings(body: SettingsUpdateRequest): Promise<SettingsUpdateResponse> {
    return this.#transport.json('POST', '/daemon/update', { body });
  }

  /** Versions of Pouch and of the programs that it uses. */
  version(): Promise<VersionResponse> {
    return this.#transport.json('GET', '/version');
  }

  /** Resolves if the daemon responds. */
  async ping(): Promise<void> {
    const response = await this.#transport.open('GET', '/_ping');
    response.resume();
  }

  /** Returns past events (with `since`), then live ones until `until` or the signal aborts. */
  async events(options: EventOptions = {}): Promise<AsyncIterable<EventMessage>> {
    const { signal, since, until, filters } = options;
    const query = { since, until, filters: filtersQuery(filters) };
    return this.#transport.lines('GET', '/events', { query, ...(signal && { signal }) });
  }
}
