import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import type { PluginEntry } from '../../../config/types.ts';
import type { Logger } from '../../../hooks/defineHook.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import { may, text } from '../../../hooks/schema.ts';
import type { LoadEntry } from '../load/wanted.ts';
import { StoredPlugins } from '../manage/StoredPlugins.ts';
import { digestOf, filesOf } from './packageDigest.ts';

/** One version of an installed plugin. */
export interface PluginPackage {
  /** `sha256:…` of its files. */
  readonly digest: string;
  /** Its file, below the folder of the package. */
  readonly entry: string;
  /** Where it came from, as the caller has named it. */
  readonly source: string;
  readonly version?: string;
  /** RFC 3339. */
  readonly installedAt: string;
}

export interface InstalledPlugin extends PluginPackage {
  readonly name: string;
  /** The version before, for a rollback. */
  readonly previous?: PluginPackage;
}

const packageFields = {
  digest: Type.String({ pattern: '^sha256:[0-9a-f]{64}$' }),
  entry: text,
  source: text,
  version: may(text),
  installedAt: text,
};
const fields = Type.Object({
  name: Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' }),
  ...packageFields,
  previous: may(Type.Object(packageFields)),
});

/** The plugins that `pouch plugin install` has put on the host, and the lock file that pins their contents. */
export class InstalledPlugins {
  readonly #root: string;
  readonly #stored: StoredPlugins<InstalledPlugin>;

  /** @param root of pouchd: the lock file is ROOT/plugins.lock.json, packages are below ROOT/plugin-packages */
  constructor(root: string, log: Logger) {
    this.#root = root;
    this.#stored = new StoredPlugins({
      file: join(root, 'plugins.lock.json'),
      key: 'plugins',
      fields,
      what: 'the lock file of plugins',
      unread: 'no installed plugin is loaded',
      log,
    });
  }

  /** @param options.keep leaves a damaged lock file where it is */
  async read(options: { keep?: boolean } = {}): Promise<void> {
    await this.#stored.read(options);
  }

  find(name: string): InstalledPlugin | undefined {
    return this.#stored.find(name);
  }

  get directory(): string {
    return join(this.#root, 'plugin-packages');
  }

  /** The folder of a package. */
  folderOf(name: string, { digest }: Pick<PluginPackage, 'digest'>): string {
    return join(this.directory, name, digest.replace(':', '-'));
  }

  /** The entries of pouchd.yaml, with the files of installed plugins; those without an entry come last. */
  applyTo(entries: readonly PluginEntry[]): LoadEntry[] {
    const unnamed = this.#stored.all.filter(({ name }) => entries.every((entry) => !isEntryOf(entry, name)));
    return [
      ...entries.map((entry) => {
        const plugin = entry.path === undefined ? this.find(entry.name ?? '') : undefined;
        return plugin ? { ...entry, path: this.#fileOf(plugin) } : entry;
      }),
      ...unnamed.map((plugin) => ({
        name: plugin.name,
        path: this.#fileOf(plugin),
        enabled: true,
        options: {},
        isUnnamed: true,
      })),
    ];
  }

  /** Files of installed plugins that are not what was installed, each with its error. */
  async tampered(): Promise<Map<string, PouchError>> {
    const faults = new Map<string, PouchError>();
    for (const plugin of this.#stored.all) {
      const problem = await this.#problemOf(plugin);
      if (problem !== undefined) faults.set(this.#fileOf(plugin), notAsInstalled(plugin.name, problem));
    }
    return faults;
  }

  /** Pins a version. Resolves when it is on the disk. */
  async set(plugin: InstalledPlugin): Promise<void> {
    await this.#stored.set(plugin);
  }

  async delete(name: string): Promise<void> {
    await this.#stored.remove(name);
  }

  /** Removes folders that no version has. @param inUse files that the undo of effects may still need */
  async prune(inUse: readonly string[]): Promise<void> {
    const kept = this.#stored.all.flatMap(({ name, previous, ...now }) =>
      [now, ...(previous ? [previous] : [])].map((one) => this.folderOf(name, one)),
    );
    for (const name of await readdir(this.directory).catch(() => [])) {
      for (const digest of await readdir(join(this.directory, name)).catch(() => [])) {
        const folder = join(this.directory, name, digest);
        const isNeeded = kept.includes(folder) || inUse.some((file) => file.startsWith(`${folder}/`));
        if (!isNeeded) await rm(folder, { recursive: true, force: true });
      }
      // It has none, or it is that of an install that was cut off.
      await rmdir(join(this.directory, name)).catch(() => undefined);
    }
  }

  async #problemOf(plugin: InstalledPlugin): Promise<string | undefined> {
    try {
      const found = digestOf(await filesOf(this.folderOf(plugin.name, plugin)));
      return found === plugin.digest ? undefined : `expected ${plugin.digest}, found ${found}`;
    } catch (error) {
      return messageOf(error);
    }
  }

  #fileOf(plugin: InstalledPlugin): string {
    return join(this.folderOf(plugin.name, plugin), plugin.entry);
  }
}

/** An entry by name configures the installed plugin; one by path of the same name is in conflict with it. */
function isEntryOf(entry: PluginEntry, name: string): boolean {
  return entry.path === undefined && entry.name === name;
}

function notAsInstalled(name: string, problem: string): PouchError {
  return new PouchError(
    'PCH_PLUGIN_TAMPERED',
    `the files of plugin ${name} are not what was installed: ${problem}`,
    {
      hint: `\`pouch plugin install\` it again, or \`pouch plugin rollback ${name}\``,
      plugin: name,
    },
  );
}
