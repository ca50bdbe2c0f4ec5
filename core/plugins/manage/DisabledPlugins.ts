import { rename } from 'node:fs/promises';
import { Type } from '@sinclair/typebox';
import type { PluginEntry } from '../../../config/types.ts';
import type { Logger } from '../../../hooks/defineHook.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { text } from '../../../hooks/schema.ts';
import { writeDurably } from '../../state/durable.ts';
import { readStored, type StoredForm, toStored } from '../../state/stored.ts';

/** A plugin that `pouch plugin disable` has switched off. */
export interface DisabledPlugin {
  readonly name: string;
  /** `built-in` or its file. */
  readonly source: string;
}

const form: StoredForm<{ disabled: DisabledPlugin[] }> = {
  version: 1,
  schema: Type.Object({ disabled: Type.Array(Type.Object({ name: text, source: text })) }),
};

/** The plugins that are disabled beside pouchd.yaml, in a file that outlives the daemon. */
export class DisabledPlugins {
  readonly #file: string;
  readonly #log: Logger;
  #all: readonly DisabledPlugin[] = [];
  /** Why the file cannot be written: a newer Pouch has. */
  #newer: string | undefined;

  /** @param file ROOT/disabled-plugins.json */
  constructor(file: string, log: Logger) {
    this.#file = file;
    this.#log = log;
  }

  /** A damaged file is set aside, and no plugin is disabled by it. */
  async read(): Promise<void> {
    const read = await readStored(this.#file, form);
    if (read.state === 'sound') this.#all = read.value.disabled;
    else if (read.state === 'newer') this.#newer = read.problem;
    if (read.state === 'sound' || read.state === 'missing') return;
    const { problem } = read;
    this.#log.error('the list of disabled plugins cannot be read: none is disabled by it', { problem });
    if (read.state === 'damaged') await rename(this.#file, `${this.#file}.damaged`).catch(() => undefined);
  }

  find(name: string): DisabledPlugin | undefined {
    return this.#all.find((plugin) => plugin.name === name);
  }

  /** The entries of pouchd.yaml, without those that are disabled; their places stay. */
  applyTo(entries: readonly PluginEntry[]): PluginEntry[] {
    const markOf = (entry: PluginEntry) => this.#all.find((plugin) => isEntryOf(entry, plugin));
    const silent = this.#all.filter(
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
    await this.#write([...this.#all.filter(({ name }) => name !== plugin.name), plugin]);
  }

  /** Resolves when it is on the disk. */
  async remove(name: string): Promise<void> {
    await this.#write(this.#all.filter((plugin) => plugin.name !== name));
  }

  async #write(disabled: readonly DisabledPlugin[]): Promise<void> {
    if (this.#newer !== undefined)
      throw new PouchError('PCH_CONFLICT', `the list of disabled plugins cannot be changed: ${this.#newer}`, {
        hint: `use that version of Pouch, or remove ${this.#file}`,
      });
    await writeDurably(this.#file, toStored({ disabled: [...disabled] }, form));
    this.#all = disabled;
  }
}

/** Whether an entry of pouchd.yaml is that of a plugin. */
export function isEntryOf({ name, path }: PluginEntry, plugin: DisabledPlugin): boolean {
  return plugin.source === 'built-in' ? path === undefined && name === plugin.name : path === plugin.source;
}
