import { jsonLines } from './jsonLines.ts';
import { filtersQuery } from './query.ts';
import type { Filters } from './query.ts';
import type { Transport } from './Transport.ts';
import type { EventMessage, InfoResponse, VersionResponse } from './wire.ts';

export interface EventOptions {
  /** Unix seconds, with a fraction if need be. */
  since?: string;
  until?: string;
  filters?: Filters;
  signal?: AbortSignal;
}

/** Calls on the daemon as a whole. */
export class SystemCalls {
  private readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  info(): Promise<InfoResponse> {
    return this.transport.json('GET', '/info');
  }

  version(): Promise<VersionResponse> {
    return this.transport.json('GET', '/version');
  }

  async ping(): Promise<void> {
    const response = await this.transport.open('GET', '/_ping');
    response.resume();
  }

  /** Past events (with `since`), then live ones until `until` or the signal. */
  async events(options: EventOptions = {}): Promise<AsyncIterable<EventMessage>> {
    const { signal, since, until, filters } = options;
    const query = { since, until, filters: filtersQuery(filters) };
    const response = await this.transport.open('GET', '/events', { query, ...(signal && { signal }) });
    return jsonLines<EventMessage>(response);
  }
}
