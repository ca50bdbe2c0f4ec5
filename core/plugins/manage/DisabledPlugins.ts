import { Type } from '@sinclair/typebox';
import type { Logger } from '../../../hooks/defineHook.ts';
import { text } from '../../../hooks/schema.ts';
import type { LoadEntry } from '../load/wanted.ts';
import { StoredPlugins } from './StoredPlugins.ts';

/** A plugin that `pouch plugin disable` has switched off. */
export interface DisabledPlugin {
  readonly name: string;
  /** `built-in` or its file. */
  readonly source: string;
}

/** The plugins that are disabled beside pouchd.yaml. */
export class DisabledPlugins {
  readonly #stored: StoredPlugins<DisabledPlugin>;

  /** @param file ROOT/disabled-plugins.json */
  constructor(file: string, log: Logger) {
    this.#stored = new StoredPlugins({
      file,
      key: 'disabled',
      fields: Type.Object({ name: text, source: text }),
      what: 'the list of disabled plugins',
      unread: 'none is disabled by it',
      log,
    });
  }

  async read(): Promise<void> {
    await this.#stored.read();
  }

  find(name: string): DisabledPlugin | undefined {
    return this.#stored.find(name);
  }

  /** The entries of pouchd.yaml, without those that are disabled; their places stay. */
  applyTo(entries: readonly LoadEntry[]): LoadEntry[] {
    const { all } = this.#stored;
    const markOf = (entry: LoadEntry) => all.find((plugin) => isEntryOf(entry, plugin));
    const silent = all.filter(
      ({ name, source }) => source === 'built-in' && entries.every((entry) => entry.name !== name),
    );
    return [
      ...entries.map((entry) => {
        const mark = markOf(entry);
        // A file that is not read gives no name.
        return mark ? { ...entry, name: mark.name, enabled: false } : entry;
      }),
      ...silent.map(({ name }) => ({ name, enabled: false, options: {} })),
    ];
  }

  /** Resolves when it is on the disk. */
  async add(plugin: DisabledPlugin): Promise<void> {
    await this.#stored.set(plugin);
  }

  /** Resolves when it is on the disk. */
  async remove(name: string): Promise<void> {
    await this.#stored.remove(name);
  }
}

/** Whether an entry is that of a plugin. Each version of an installed one has another file. */
export function isEntryOf({ name, path }: LoadEntry, plugin: DisabledPlugin): boolean {
  if (plugin.source === 'built-in') return path === undefined && name === plugin.name;
  return path === plugin.source || (path !== undefined && name === plugin.name);
}
