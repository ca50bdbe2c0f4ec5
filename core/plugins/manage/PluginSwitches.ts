import type { PluginEntry } from '../../../config/types.ts';
import type { PluginStatus } from '../../../hooks/engine.ts';
import type { PluginSwitch } from '../../../hooks/engine/plugins.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { field } from '../../../hooks/fields.ts';
import type { Locate } from '../../../hooks/definePlugin.ts';
import type { ChangePlugins } from './changes.ts';
import { type DisabledPlugin, type DisabledPlugins, isEntryOf } from './DisabledPlugins.ts';
import { type Needs, whatNeeds } from './dependents.ts';

export interface PluginSwitchesOptions {
  readonly disabled: DisabledPlugins;
  /** Returns `plugins` of pouchd.yaml. */
  readonly configuration: () => { readonly entries: readonly PluginEntry[]; readonly locate: Locate };
  readonly needs: () => Needs;
  readonly change: ChangePlugins;
}

/** Switches plugins off and on, beside pouchd.yaml. */
export class PluginSwitches {
  readonly #options: PluginSwitchesOptions;

  constructor(options: PluginSwitchesOptions) {
    this.#options = options;
  }

  /** @throws PCH_NOT_FOUND, PCH_PLUGIN_NEEDED */
  async disable(name: string, { force = false }: { force?: boolean | undefined }): Promise<PluginSwitch> {
    const { change, disabled, needs } = this.#options;
    return await change(async (load) => {
      const { state, source } = this.#find(name);
      if (disabled.find(name)) return { plugins: [], warnings: [] };
      this.#requireEntry({ name, source });
      const warnings = state === 'active' ? whatNeeds(name, needs()) : [];
      if (warnings.length > 0 && !force) throw needed(name, warnings);
      await disabled.add({ name, source });
      return { plugins: (await load()).plugins, warnings };
    });
  }

  /** One that cannot be loaded stays disabled. @throws PCH_NOT_FOUND, PCH_CONFLICT, or why it cannot be loaded */
  async enable(name: string): Promise<PluginSwitch> {
    const { change, disabled } = this.#options;
    return await change(async (load) => {
      const mark = disabled.find(name);
      this.#requireEnabledInFile(mark ?? this.#find(name));
      if (!mark) return { plugins: [], warnings: [] };
      await disabled.remove(name);
      const { plugins } = await load();
      const failed = this.#loaded().find((plugin) => plugin.state === 'quarantined' && isSame(plugin, mark));
      if (!failed) return { plugins, warnings: [] };
      await disabled.add(mark);
      await load();
      throw notLoaded(name, failed.error ?? '');
    });
  }

  /** @throws PCH_NOT_FOUND */
  #find(name: string): PluginStatus {
    const found = this.#loaded().find((plugin) => plugin.name === name);
    if (found) return found;
    throw new PouchError('PCH_NOT_FOUND', `no plugin is named ${name}`, {
      hint: '`pouch plugin ls` lists them',
    });
  }

  #loaded(): readonly PluginStatus[] {
    return this.#options.needs().generation.plugins;
  }

  /** The scripts of hooks.d have no entry that could be disabled. */
  #requireEntry(plugin: DisabledPlugin): void {
    const { entries } = this.#options.configuration();
    if (plugin.source === 'built-in' || entries.some((entry) => isEntryOf(entry, plugin))) return;
    const { name, source } = plugin;
    throw new PouchError('PCH_CONFLICT', `plugin ${name} has no entry in pouchd.yaml: it is ${source}`, {
      hint: `rename it to ${source}.disabled, then \`pouch plugin reload\``,
      plugin: name,
    });
  }

  /** What an administrator has written counts: this command never loads what the file says not to load. */
  #requireEnabledInFile(plugin: DisabledPlugin): void {
    const at = this.#disabledInFile(plugin);
    if (at === undefined) return;
    const { name } = plugin;
    throw new PouchError('PCH_CONFLICT', `plugin ${name} is disabled by \`enabled: false\` at ${at}`, {
      hint: 'remove that line, then `pouch plugin reload`',
      plugin: name,
    });
  }

  /** What has disabled a plugin: `FILE:LINE`, or the command. */
  disabledBy(plugin: DisabledPlugin): string | undefined {
    const command = this.#options.disabled.find(plugin.name) && 'pouch plugin disable';
    return this.#disabledInFile(plugin) ?? command;
  }

  /** `FILE:LINE` of the entry of pouchd.yaml that disables a plugin. */
  #disabledInFile(plugin: DisabledPlugin): string | undefined {
    const { entries, locate } = this.#options.configuration();
    const index = entries.findIndex((entry) => isEntryOf(entry, plugin));
    if (entries[index]?.enabled !== false) return undefined;
    return locate(`/plugins/${index}/enabled`) ?? locate(`/plugins/${index}`) ?? 'pouchd.yaml';
  }
}

/** A file that cannot be read gives no name. */
function isSame({ name, source }: PluginStatus, mark: DisabledPlugin): boolean {
  return mark.source === 'built-in' ? name === mark.name : source === mark.source;
}

function needed(name: string, reasons: readonly string[]): PouchError {
  return new PouchError('PCH_PLUGIN_NEEDED', `plugin ${name} is in use: ${reasons.join('; ')}`, {
    hint: `${field('force')} disables it nevertheless`,
    plugin: name,
  });
}

function notLoaded(name: string, reason: string): PouchError {
  return new PouchError('PCH_PLUGIN_QUARANTINED', `plugin ${name} stays disabled: ${reason}`, {
    hint: 'fix it, then enable it again',
    plugin: name,
  });
}
