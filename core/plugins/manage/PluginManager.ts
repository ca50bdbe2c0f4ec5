import type { PluginCheck, Plugins } from '../../../hooks/engine/plugins.ts';
import { checkPlugin } from '../checkPlugins.ts';
import type { ReadOptions } from '../loadPlugins.ts';

export interface PluginManagerOptions {
  /** Returns what the daemon reads plugins with. */
  readonly readOptions: () => Omit<ReadOptions, 'number' | 'previous'>;
}

/** What `pouch plugin` calls. */
export class PluginManager implements Plugins {
  readonly #options: PluginManagerOptions;

  constructor(options: PluginManagerOptions) {
    this.#options = options;
  }

  async validate(path: string): Promise<PluginCheck> {
    return await checkPlugin(path, this.#options.readOptions());
  }
}
