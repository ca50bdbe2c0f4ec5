import type { Readable } from 'node:stream';
import type { Transport } from './Transport.ts';
import type {
  HookGraphWire,
  PluginCheckWire,
  PluginDetailsWire,
  PluginInstallationWire,
  PluginLogLineWire,
  PluginPromotionWire,
  PluginReloadWire,
  PluginSwitchWire,
  ShadowReportWire,
} from './wire.ts';

/** Calls of `/pouch/plugins`, which only pouchd has. */
export class PluginCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Every plugin, in the order of the configuration. */
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

  /** Enables a plugin that was disabled, or that failed too often. */
  enable(name: string): Promise<PluginSwitchWire> {
    return this.#transport.json('POST', `/pouch/plugins/${encodeURIComponent(name)}/enable`);
  }

  /** Sends a tar archive, compressed or not. @param query.name of the folder that it was made of */
  install(archive: Readable, query: { source: string; name?: string }): Promise<PluginInstallationWire> {
    const headers = { 'content-type': 'application/x-tar' };
    return this.#transport.json('POST', '/pouch/plugins/install', { query, upload: archive, headers });
  }

  /** Has pouchd install the package in an OCI artifact. */
  installArtifact(artifact: string): Promise<PluginInstallationWire> {
    return this.#transport.json('POST', '/pouch/plugins/install', { query: { artifact } });
  }

  /** Installs the version again that was installed before. */
  rollback(name: string): Promise<PluginInstallationWire> {
    return this.#transport.json('POST', `/pouch/plugins/${encodeURIComponent(name)}/rollback`);
  }

  /** Removes an installed plugin. */
  remove(name: string): Promise<PluginSwitchWire> {
    return this.#transport.json('DELETE', `/pouch/plugins/${encodeURIComponent(name)}`);
  }

  /** Returns the versions of plugins that only plan, and how they compare. */
  shadows(): Promise<ShadowReportWire[]> {
    return this.#transport.json('GET', '/pouch/plugins/shadows');
  }

  /** Has a shadow serve in the place of the plugin of its name. */
  promote(name: string): Promise<PluginPromotionWire> {
    return this.#transport.json('POST', `/pouch/plugins/${encodeURIComponent(name)}/promote`);
  }

  /** Ends a `promote`. */
  demote(name: string): Promise<PluginPromotionWire> {
    return this.#transport.json('POST', `/pouch/plugins/${encodeURIComponent(name)}/demote`);
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
