import type { Transport } from './Transport.ts';
import type {
  HookGraphWire,
  PluginCheckWire,
  PluginDetailsWire,
  PluginLogLineWire,
  PluginReloadWire,
  PluginSwitchWire,
} from './wire.ts';

/** Calls of `/pouch/plugins`, which only pouchd has. */
export class PluginCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  list(): Promise<PluginDetailsWire[]> {
    return this.#transport.json('GET', '/pouch/plugins');
  }

  /** Returns the order of taps at one hook point, or at all that are tapped. */
  graph(hook?: string): Promise<HookGraphWire[]> {
    return this.#transport.json('GET', '/pouch/plugins/graph', { query: { hook } });
  }

  /** Switches a plugin off until `enable`. @param force also if containers need it */
  disable(name: string, force = false): Promise<PluginSwitchWire> {
    return this.#transport.json('POST', `/pouch/plugins/${encodeURIComponent(name)}/disable`, {
      query: { force },
    });
  }

  enable(name: string): Promise<PluginSwitchWire> {
    return this.#transport.json('POST', `/pouch/plugins/${encodeURIComponent(name)}/enable`);
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
