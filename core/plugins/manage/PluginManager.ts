import type {
  PluginCheck,
  PluginLogLine,
  PluginLogQuery,
  PluginReload,
  Plugins,
} from '../../../hooks/engine/plugins.ts';
import type { HookGraph, PluginDetails, PluginSwitch } from '../../../hooks/engine/plugins.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { checkPlugin } from '../checkPlugins.ts';
import type { Generation } from '../generation.ts';
import type { ReadOptions } from '../loadPlugins.ts';
import { hookGraphs } from './hookGraph.ts';
import { pluginDetails } from './pluginDetails.ts';
import type { PluginSwitches } from './PluginSwitches.ts';
import type { PluginLogs } from './PluginLogs.ts';

export interface PluginManagerOptions {
  /** Returns what the daemon reads plugins with. */
  readonly readOptions: () => Omit<ReadOptions, 'number' | 'previous'>;
  readonly reload: () => Promise<PluginReload>;
  readonly current: () => Generation;
  readonly logs: PluginLogs;
  readonly switches: PluginSwitches;
  /** Masks secrets in data. */
  readonly mask: <T>(data: T) => T;
}

/** What `pouch plugin` calls. */
export class PluginManager implements Plugins {
  readonly #options: PluginManagerOptions;

  constructor(options: PluginManagerOptions) {
    this.#options = options;
  }

  list(): PluginDetails[] {
    const { current, mask, switches } = this.#options;
    const all = pluginDetails(current()).map((plugin) => {
      const by = plugin.state === 'disabled' ? switches.disabledBy(plugin) : undefined;
      return by === undefined ? plugin : { ...plugin, disabledBy: by };
    });
    return mask(all);
  }

  graph(hook?: string): HookGraph[] {
    return hookGraphs(this.#options.current(), hook);
  }

  async disable(name: string, options: { force?: boolean } = {}): Promise<PluginSwitch> {
    return await this.#options.switches.disable(name, options);
  }

  async enable(name: string): Promise<PluginSwitch> {
    return await this.#options.switches.enable(name);
  }

  async validate(path: string): Promise<PluginCheck> {
    return await checkPlugin(path, this.#options.readOptions());
  }

  async reload(): Promise<PluginReload> {
    return await this.#options.reload();
  }

  logs(name: string, { tail, follow }: PluginLogQuery, signal: AbortSignal): AsyncIterable<PluginLogLine> {
    const { logs } = this.#options;
    // One that was removed may have lines.
    if (!logs.has(name)) this.#require(name);
    return logs.read(name, tail, follow ? signal : undefined);
  }

  #require(name: string): void {
    if (this.#options.current().plugins.some((plugin) => plugin.name === name)) return;
    throw new PouchError('PCH_NOT_FOUND', `no plugin is named ${name}`, {
      hint: '`pouch plugin ls` lists them',
    });
  }
}
