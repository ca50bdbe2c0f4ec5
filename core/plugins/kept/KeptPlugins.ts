import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import type { Container } from 'inversify';
import type { Logger } from '../../../hooks/defineHook.ts';
import type { Plugin } from '../../../hooks/definePlugin.ts';
import { messageOf } from '../../../hooks/errors.ts';
import { may, text, texts } from '../../../hooks/schema.ts';
import type { OwnedEffectKind } from '../../contract/ownedEffectKind.ts';
import { writeDurably } from '../../state/durable.ts';
import { readStored, type StoredForm, toStored } from '../../state/stored.ts';
import type { Generation, Undoer } from '../generation.ts';
import type { PluginVersion } from '../load/PluginVersion.ts';
import type { ProcessSurroundings } from '../process/describePlugin.ts';
import { loadKept } from './loadKept.ts';

export interface KeptPluginsOptions {
  /** ROOT/plugins, a file per plugin. */
  readonly directory: string;
  readonly builtIns: readonly Plugin[];
  readonly log: Logger;
  /** Of the processes of plugins; the milliseconds are for loading one, for its setup, and for an onDispose. */
  readonly processes: () => ProcessSurroundings;
  /** Holds the services for a plugin that is loaded. */
  container(): Container;
  /** The plugins that serve, for the services that they provide. */
  serving(): Iterable<PluginVersion>;
  /** Whether a container has an effect of a kind. */
  isApplied(kind: string): boolean;
}

const form: StoredForm<Undoer> = {
  version: 1,
  schema: Type.Object({
    name: text,
    source: text,
    code: may(text),
    options: Type.Unknown(),
    process: may(Type.Unsafe<NonNullable<Undoer['process']>>(Type.Object({}))),
    kinds: texts,
  }),
};

/**
 * The last version of each plugin with effect kinds that was loaded without an error, on the disk. A plugin that is not
 * in the configuration any more is loaded from it to undo its effects, also by a later daemon.
 *
 * Of a module the text is kept, not what it imports: relative imports are resolved where the file was. An executable is
 * not kept.
 */
export class KeptPlugins {
  readonly #options: KeptPluginsOptions;
  readonly #loaded = new Map<string, Promise<PluginVersion>>();

  constructor(options: KeptPluginsOptions) {
    this.#options = options;
  }

  /** Keeps the plugins of a generation. One that cannot be written, on a full disk for example, is logged. */
  async keep({ undoers }: Pick<Generation, 'undoers'>): Promise<void> {
    for (const undoer of undoers) {
      try {
        await this.#write(undoer);
      } catch (error) {
        this.#options.log.warn('a plugin is not kept for the undo of its effects', {
          plugin: undoer.name,
          error: messageOf(error),
        });
      }
    }
  }

  /**
   * Returns an effect kind of a plugin that is gone, loading the plugin if necessary.
   * @throws PCH_PLUGIN_LOAD, with the plugin, if it cannot be loaded
   */
  async kindForUndo(kind: string): Promise<OwnedEffectKind | undefined> {
    for (const plugin of await this.#list()) {
      if (!plugin.kinds.includes(kind)) continue;
      const { contributions } = await this.#load(plugin);
      const found = contributions?.effectKinds.find((one) => one.kind === kind);
      if (found) return found;
    }
    return undefined;
  }

  /** Forgets plugins that `current` does not have and that have no effects left. */
  async prune(current: Pick<Generation, 'undoers'>): Promise<void> {
    for (const { name, kinds } of await this.#list()) {
      if (kinds.some(this.#options.isApplied)) continue;
      await this.#dispose(name);
      if (current.undoers.every((one) => one.name !== name)) await rm(this.#fileOf(name), { force: true });
    }
  }

  /** The files of the plugins. */
  async sources(): Promise<string[]> {
    return (await this.#list()).map(({ source }) => source);
  }

  async disposeAll(): Promise<void> {
    for (const name of [...this.#loaded.keys()]) await this.#dispose(name);
  }

  async #list(): Promise<Undoer[]> {
    const files = await readdir(this.#options.directory).catch(() => []);
    const all: Undoer[] = [];
    for (const file of files.filter((name) => name.endsWith('.json')).sort()) {
      const read = await readStored(join(this.#options.directory, file), form);
      if (read.state === 'sound') all.push(read.value);
      else this.#options.log.error('a kept plugin cannot be read', { file, problem: read.problem });
    }
    return all;
  }

  async #write(plugin: Undoer): Promise<void> {
    const file = this.#fileOf(plugin.name);
    const content = toStored(plugin, form);
    if ((await readFile(file, 'utf8').catch(() => undefined)) === content) return;
    await mkdir(this.#options.directory, { recursive: true, mode: 0o700 });
    await writeDurably(file, content);
  }

  #load(plugin: Undoer): Promise<PluginVersion> {
    const known = this.#loaded.get(plugin.name);
    if (known) return known;
    const { builtIns, processes, serving } = this.#options;
    const candidates = Array.from(serving(), (version) => ({
      name: version.plugin.name,
      active: true,
      version,
    }));
    const container = this.#options.container();
    const keptIn = this.#fileOf(plugin.name);
    const loading = loadKept(plugin, {
      builtIns,
      processes: processes(),
      container,
      keptIn,
      candidates,
    });
    this.#loaded.set(plugin.name, loading);
    // What it lacks may be put back: the next undo tries again.
    loading.catch(() => this.#loaded.delete(plugin.name));
    return loading;
  }

  async #dispose(name: string): Promise<void> {
    const version = await this.#loaded.get(name)?.catch(() => undefined);
    this.#loaded.delete(name);
    await version?.disposeIfUnused(this.#options.log, this.#options.processes().timeoutMs);
  }

  #fileOf(name: string): string {
    return join(this.#options.directory, `${name}.json`);
  }
}
