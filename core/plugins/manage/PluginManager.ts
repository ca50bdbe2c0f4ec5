import type { Readable } from 'node:stream';
import type { SidecarStatus } from '../../../hooks/contributions/sidecar.ts';
import type {
  HookGraph,
  PluginCheck,
  PluginDetails,
  PluginInstallation,
  PluginLogLine,
  PluginLogQuery,
  PluginOrigin,
  PluginPromotion,
  PluginReload,
  PluginSwitch,
  Plugins,
  ShadowReport,
} from '../../../hooks/engine/plugins.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { PluginInstaller } from '../install/PluginInstaller.ts';
import type { Generation } from '../generation.ts';
import { hookGraphs } from './hookGraph.ts';
import { pluginDetails } from './pluginDetails.ts';
import type { PluginSwitches } from './PluginSwitches.ts';
import type { ShadowSwitches } from '../shadow/ShadowSwitches.ts';
import type { PluginLogs } from './PluginLogs.ts';

export interface PluginManagerOptions {
  /** Has a plugin loaded without its setup. */
  readonly check: (path: string) => Promise<PluginCheck>;
  readonly reload: () => Promise<PluginReload>;
  readonly current: () => Generation;
  readonly logs: PluginLogs;
  readonly switches: PluginSwitches;
  readonly installer: PluginInstaller;
  readonly shadows: ShadowSwitches;
  readonly sidecars: (plugin: string) => readonly SidecarStatus[];
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
    const { current, mask, switches, sidecars } = this.#options;
    const all = pluginDetails(current()).map((details) => {
      const own = details.state === 'active' ? sidecars(details.name) : [];
      const plugin = own.length > 0 ? { ...details, sidecars: own } : details;
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

  async install(archive: Readable, origin: PluginOrigin): Promise<PluginInstallation> {
    return await this.#options.installer.install(archive, origin);
  }

  async installArtifact(reference: string): Promise<PluginInstallation> {
    return await this.#options.installer.installArtifact(reference);
  }

  async rollback(name: string): Promise<PluginInstallation> {
    return await this.#options.installer.rollback(name);
  }

  async remove(name: string): Promise<PluginSwitch> {
    return await this.#options.installer.remove(name);
  }

  shadows(): ShadowReport[] {
    return this.#options.mask(this.#options.shadows.reports());
  }

  async promote(name: string): Promise<PluginPromotion> {
    return await this.#options.shadows.promote(name);
  }

  async demote(name: string): Promise<PluginPromotion> {
    return await this.#options.shadows.demote(name);
  }

  async validate(path: string): Promise<PluginCheck> {
    return await this.#options.check(path);
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
