import type { PluginEntry } from '../../../config/types.ts';
import type { Locate } from '../../../hooks/definePlugin.ts';
import type { PluginStatus } from '../../../hooks/engine.ts';
import type { PluginPromotion, ShadowReport } from '../../../hooks/engine/plugins.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { Generation } from '../generation.ts';
import type { ChangePlugins } from '../manage/changes.ts';
import { isEntryOf } from '../manage/DisabledPlugins.ts';
import type { PromotedPlugin, PromotedPlugins } from './PromotedPlugins.ts';
import type { Shadow } from './Shadow.ts';
import { shadowReport } from './shadowReports.ts';

export interface ShadowSwitchesOptions {
  readonly promoted: PromotedPlugins;
  readonly current: () => Generation;
  /** Returns `plugins` of pouchd.yaml. */
  readonly configuration: () => { readonly entries: readonly PluginEntry[]; readonly locate: Locate };
  readonly change: ChangePlugins;
}

/** Swaps shadows and the plugins that serve. */
export class ShadowSwitches {
  readonly #options: ShadowSwitchesOptions;

  constructor(options: ShadowSwitchesOptions) {
    this.#options = options;
  }

  reports(): ShadowReport[] {
    return this.#options.current().shadows.map(shadowReport);
  }

  /** @throws PCH_NOT_FOUND, PCH_PLUGIN_QUARANTINED */
  async promote(name: string): Promise<PluginPromotion> {
    const { change, promoted } = this.#options;
    return await change(async (load) => {
      const shadow = this.#find(name);
      const { error } = shadow.slot;
      if (error) throw notPromoted(name, error.message);
      const replaces = shadow.serving;
      const mark = { name, source: shadow.slot.wanted.source, ...(replaces !== undefined && { replaces }) };
      const before = promoted.find(name);
      const broken = this.#broken();
      await promoted.add(mark);
      const { plugins } = await load();
      const reason = this.#faultOf(mark, broken);
      if (reason === undefined) return { plugins, warnings: [], advice: this.#advice(mark) };
      await (before ? promoted.add(before) : promoted.remove(name));
      await load();
      throw notPromoted(name, reason);
    });
  }

  /** @throws PCH_NOT_FOUND */
  async demote(name: string): Promise<PluginPromotion> {
    const { change, promoted } = this.#options;
    return await change(async (load) => {
      if (!promoted.find(name))
        throw notFound(`plugin ${name} was not promoted`, '`pouch plugin shadow` lists shadows');
      await promoted.remove(name);
      return { plugins: (await load()).plugins, warnings: [], advice: [] };
    });
  }

  #find(name: string): Shadow {
    const found = this.#options
      .current()
      .shadows.find((shadow) => shadow.name === name && shadow.slot.wanted.enabled);
    if (found) return found;
    throw notFound(
      `plugin ${name} has no shadow`,
      'add an entry with `path` and `shadow: true` to `plugins` in pouchd.yaml, then `pouch plugin reload`',
    );
  }

  /** Why the promoted plugin does not serve, or another plugin no longer does. */
  #faultOf({ name, source }: PromotedPlugin, brokenBefore: readonly PluginStatus[]): string | undefined {
    const serving = this.#options.current().plugins.find((one) => one.name === name && one.source === source);
    if (serving?.state !== 'active' || serving.error !== undefined)
      return serving?.error ?? `${source} does not serve after the load`;
    const lost = this.#broken().find((one) => !brokenBefore.some((before) => before.name === one.name));
    return lost && `plugin ${lost.name} cannot be without the replaced version: ${lost.error}`;
  }

  #broken(): PluginStatus[] {
    return this.#options.current().plugins.filter(({ error }) => error !== undefined);
  }

  /** How pouchd.yaml comes to say what serves. */
  #advice({ name, source, replaces }: PromotedPlugin): string[] {
    const { entries, locate } = this.#options.configuration();
    const at = (index: number, key = '') => locate(`/plugins/${index}${key}`) ?? 'pouchd.yaml';
    const own = entries.findIndex(({ path, shadow }) => shadow === true && path === source);
    const old = entries.findIndex(
      (entry) =>
        replaces !== undefined && entry.shadow !== true && isEntryOf(entry, { name, source: replaces }),
    );
    return [
      ...(old >= 0 ? [`remove the entry of ${replaces} at ${at(old)}`] : []),
      ...(own >= 0 ? [`remove \`shadow: true\` at ${at(own, '/shadow')}`] : []),
    ];
  }
}

function notFound(message: string, hint: string): PouchError {
  return new PouchError('PCH_NOT_FOUND', message, { hint });
}

function notPromoted(name: string, reason: string): PouchError {
  return new PouchError('PCH_PLUGIN_QUARANTINED', `plugin ${name} is not promoted: ${reason}`, {
    hint: 'fix it, then `pouch plugin reload`; until then the version before serves',
    plugin: name,
  });
}
