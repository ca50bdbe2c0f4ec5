import { rename } from 'node:fs/promises';
import { type TObject, Type } from '@sinclair/typebox';
import type { Logger } from '../../../hooks/defineHook.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { writeDurably } from '../../state/durable.ts';
import { readStored, type StoredForm, toStored } from '../../state/stored.ts';

export interface StoredPluginsOptions {
  readonly file: string;
  /** The key of the list in the file. */
  readonly key: string;
  readonly fields: TObject;
  /** For messages: `the list of disabled plugins`. */
  readonly what: string;
  /** What follows if it cannot be read: `none is disabled by it`. */
  readonly unread: string;
  readonly log: Logger;
}

/** A list of plugins in a file of pouchd, which outlives it. */
export class StoredPlugins<Plugin extends { readonly name: string }> {
  readonly #options: StoredPluginsOptions;
  readonly #form: StoredForm<Record<string, Plugin[]>>;
  #all: readonly Plugin[] = [];
  /** Why the file cannot be written: a newer Pouch has. */
  #newer: string | undefined;

  constructor(options: StoredPluginsOptions) {
    this.#options = options;
    const { key, fields } = options;
    this.#form = { version: 1, schema: Type.Object({ [key]: Type.Array(fields) }) };
  }

  get all(): readonly Plugin[] {
    return this.#all;
  }

  find(name: string): Plugin | undefined {
    return this.#all.find((plugin) => plugin.name === name);
  }

  /** A file that cannot be read counts as empty. A damaged one is set aside, unless `keep` is set. */
  async read({ keep = false } = {}): Promise<void> {
    const { file, key, what, unread, log } = this.#options;
    const read = await readStored(file, this.#form);
    if (read.state === 'sound') this.#all = read.value[key] ?? [];
    else if (read.state === 'newer') this.#newer = read.problem;
    if (read.state === 'sound' || read.state === 'missing') return;
    log.error(`${what} cannot be read: ${unread}`, { problem: read.problem });
    if (read.state === 'damaged' && !keep) await rename(file, `${file}.damaged`).catch(() => undefined);
  }

  /** Adds a plugin in the place of that of its name. Resolves when it is on the disk. */
  async set(plugin: Plugin): Promise<void> {
    await this.#write([...this.#all.filter(({ name }) => name !== plugin.name), plugin]);
  }

  /** Resolves when it is on the disk. */
  async remove(name: string): Promise<void> {
    await this.#write(this.#all.filter((plugin) => plugin.name !== name));
  }

  async #write(plugins: readonly Plugin[]): Promise<void> {
    const { file, key, what } = this.#options;
    if (this.#newer !== undefined)
      throw new PouchError('PCH_CONFLICT', `${what} cannot be changed: ${this.#newer}`, {
        hint: `use that version of Pouch, or remove ${file}`,
      });
    await writeDurably(file, toStored({ [key]: [...plugins] }, this.#form));
    this.#all = plugins;
  }
}
