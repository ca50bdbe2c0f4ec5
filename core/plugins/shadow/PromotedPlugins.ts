import { Type } from '@sinclair/typebox';
import type { Logger } from '../../../hooks/defineHook.ts';
import { may, text } from '../../../hooks/schema.ts';
import type { LoadEntry } from '../load/wanted.ts';
import { isEntryOf } from '../manage/DisabledPlugins.ts';
import { StoredPlugins } from '../manage/StoredPlugins.ts';

/** A shadow that `pouch plugin promote` has put in the place of another version. */
export interface PromotedPlugin {
  readonly name: string;
  /** Its file. */
  readonly source: string;
  /** `built-in` or the file of the version that it replaces; missing if there was none. */
  readonly replaces?: string;
}

/** The shadows that serve, beside what pouchd.yaml says. */
export class PromotedPlugins {
  readonly #stored: StoredPlugins<PromotedPlugin>;

  /** @param file ROOT/promoted-plugins.json */
  constructor(file: string, log: Logger) {
    this.#stored = new StoredPlugins({
      file,
      key: 'promoted',
      fields: Type.Object({ name: text, source: text, replaces: may(text) }),
      what: 'the list of promoted plugins',
      unread: 'no shadow is promoted by it',
      log,
    });
  }

  async read(): Promise<void> {
    await this.#stored.read();
  }

  find(name: string): PromotedPlugin | undefined {
    return this.#stored.find(name);
  }

  /**
   * The entries, with promoted shadows as plugins that serve, in the places of those that they replace. A promotion
   * without a shadow in pouchd.yaml has no effect: the file says by now what serves.
   */
  applyTo(entries: readonly LoadEntry[]): LoadEntry[] {
    const result: LoadEntry[] = [...entries];
    for (const { name, source, replaces } of this.#stored.all) {
      const own = entries.findIndex(({ path, shadow }) => shadow === true && path === source);
      const promoted = entries[own];
      if (!promoted) continue;
      const { shadow: _shadow, ...serving } = promoted;
      const old = entries.findIndex(
        (entry) =>
          entry.shadow !== true && replaces !== undefined && isEntryOf(entry, { name, source: replaces }),
      );
      const replaced = entries[old];
      if (replaced) {
        result[old] = { ...serving, place: own };
        result[own] = { ...replaced, place: old, isReplaced: true };
      } else result[own] = serving;
    }
    return result;
  }

  /** Resolves when it is on the disk. */
  async add(plugin: PromotedPlugin): Promise<void> {
    await this.#stored.set(plugin);
  }

  /** Resolves when it is on the disk. */
  async remove(name: string): Promise<void> {
    await this.#stored.remove(name);
  }
}
