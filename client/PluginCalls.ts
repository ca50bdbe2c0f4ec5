import type { Transport } from './Transport.ts';
import type { PluginCheckWire } from './wire.ts';

/** Calls of `/pouch/plugins`, which only pouchd has. */
export class PluginCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Has pouchd load a plugin without its setup. @param path of a file or folder on pouchd's host */
  validate(path: string): Promise<PluginCheckWire> {
    return this.#transport.json('POST', '/pouch/plugins/validate', { query: { path } });
  }
}
