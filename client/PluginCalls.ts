import type { Transport } from './Transport.ts';
import type { PluginCheckWire, PluginLogLineWire, PluginReloadWire } from './wire.ts';

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

  /** Has pouchd read its configuration again and load its plugins. */
  reload(): Promise<PluginReloadWire> {
    return this.#transport.json('POST', '/pouch/plugins/reload');
  }

  /** Returns the last lines that pouchd has logged of a plugin; with `follow` also those to come. */
  logs(
    name: string,
    query: { tail?: number; follow?: boolean } = {},
  ): Promise<AsyncGenerator<PluginLogLineWire>> {
    return this.#transport.lines('GET', `/pouch/plugins/${encodeURIComponent(name)}/logs`, {
      query: { ...query },
    });
  }
}
