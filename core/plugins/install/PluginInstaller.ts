import { createReadStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Readable } from 'node:stream';
import type { PluginStatus } from '../../../hooks/engine.ts';
import type {
  PluginCheck,
  PluginInstallation,
  PluginOrigin,
  PluginSwitch,
} from '../../../hooks/engine/plugins.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { ChangePlugins } from '../manage/changes.ts';
import { type InstalledPlugin, type InstalledPlugins, type PluginPackage } from './InstalledPlugins.ts';
import { digestOf } from './packageDigest.ts';
import { packageLimits, unpackPackage } from './unpackPackage.ts';

export interface PluginInstallerOptions {
  readonly installed: InstalledPlugins;
  /** Has a plugin loaded without its setup. */
  readonly check: (folder: string) => Promise<PluginCheck>;
  readonly change: ChangePlugins;
  readonly plugins: () => readonly PluginStatus[];
  /** `FILE:LINE` of the entry of pouchd.yaml that names an installed plugin. */
  readonly entryOf: (name: string) => string | undefined;
  /** Downloads the archive in an artifact to a file. Resolves to its reference with a digest. */
  readonly fetchArtifact: (reference: string, options: ArtifactOptions) => Promise<string>;
}

interface ArtifactOptions {
  readonly file: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** Milliseconds for the download of an artifact. */
const downloadMs = 5 * 60_000;

/** Puts plugins on the host, pinned by the digest of their files. */
export class PluginInstaller {
  readonly #options: PluginInstallerOptions;

  constructor(options: PluginInstallerOptions) {
    this.#options = options;
  }

  /**
   * Unpacks, checks and activates a package. One that cannot be loaded is removed again, and what served before serves.
   * @throws PCH_PLUGIN_PACKAGE, PCH_ALREADY_EXISTS, or why it cannot be loaded
   */
  async install(archive: Readable, { source, name }: PluginOrigin): Promise<PluginInstallation> {
    return await this.#withFolder((folder) => this.#unpack(archive, { source, name }, folder));
  }

  /**
   * Downloads the package from a registry, and installs it.
   * @throws as `install`, and as a pull
   */
  async installArtifact(reference: string): Promise<PluginInstallation> {
    return await this.#withFolder(async (folder) => {
      const file = join(folder, '.archive');
      const found = await this.#options.fetchArtifact(reference, {
        file,
        maxBytes: packageLimits.bytes,
        signal: AbortSignal.timeout(downloadMs),
      });
      return await this.#unpack(createReadStream(file), { source: `oci:${found}` }, folder);
    });
  }

  async #withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
    const { directory } = this.#options.installed;
    await mkdir(directory, { recursive: true, mode: 0o711 });
    const folder = await mkdtemp(join(directory, '.new-'));
    try {
      // The plugin's own user reads it.
      await chmod(folder, 0o755);
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #unpack(
    archive: Readable,
    { source, name }: PluginOrigin,
    folder: string,
  ): Promise<PluginInstallation> {
    const unpacked = join(folder, '.unpacked');
    await mkdir(unpacked, { mode: 0o755 });
    const { wrapper, files } = await unpackPackage(archive, unpacked);
    // A plugin without package.json is found by the name of its folder.
    const root = join(folder, [name, wrapper].find(isFileName) ?? 'package');
    await rename(join(unpacked, wrapper), root);
    const found = await this.#options.check(root);
    if (found.problem) throw asError(found.name, found.problem, folder);
    const entry = relative(root, found.path);
    const version = found.version === undefined ? {} : { version: found.version };
    const now = { digest: digestOf(files), entry, source, ...version, installedAt: new Date().toISOString() };
    return await this.#activate(found.name, now, root);
  }

  /** Activates the version before, which becomes the one to roll back to. @throws PCH_NOT_FOUND, PCH_CONFLICT */
  async rollback(name: string): Promise<PluginInstallation> {
    const { previous } = this.#require(name);
    if (previous) return await this.#activate(name, previous);
    throw new PouchError('PCH_CONFLICT', `plugin ${name} has no version before its present one`, {
      hint: 'install the version that you want',
      plugin: name,
    });
  }

  /** Its effects stay undoable. @throws PCH_NOT_FOUND, or PCH_PLUGIN_NEEDED while pouchd.yaml names it */
  async remove(name: string): Promise<PluginSwitch> {
    const { installed, change, entryOf } = this.#options;
    return await change(async (load) => {
      this.#require(name);
      const entry = entryOf(name);
      if (entry !== undefined) throw stillNamed(name, entry);
      await installed.delete(name);
      return { plugins: (await load()).plugins, warnings: [] };
    });
  }

  async #activate(name: string, now: PluginPackage, unpacked?: string): Promise<PluginInstallation> {
    const { installed, change } = this.#options;
    return await change(async (load) => {
      const before = installed.find(name);
      if (!before) this.#requireFree(name);
      if (unpacked !== undefined) await this.#place(unpacked, installed.folderOf(name, now));
      await installed.set(withPrevious(name, now, before));
      const { plugins } = await load();
      const fault = this.#faultOf(name);
      if (fault === undefined)
        return {
          name,
          digest: now.digest,
          ...(now.version !== undefined && { version: now.version }),
          plugins,
        };
      await (before ? installed.set(before) : installed.delete(name));
      await load();
      throw notActivated(name, fault);
    });
  }

  async #place(unpacked: string, folder: string): Promise<void> {
    await mkdir(dirname(folder), { recursive: true, mode: 0o755 });
    // One that was tampered with is replaced.
    await rm(folder, { recursive: true, force: true });
    await rename(unpacked, folder);
  }

  /** Why a plugin does not serve in its newest version. */
  #faultOf(name: string): string | undefined {
    const found = this.#options.plugins().find((plugin) => plugin.name === name);
    if (!found) return 'it is not loaded';
    return found.state === 'disabled' ? undefined : found.error;
  }

  #requireFree(name: string): void {
    const taken = this.#options
      .plugins()
      .find((plugin) => plugin.name === name && plugin.state !== 'quarantined');
    if (!taken) return;
    throw new PouchError('PCH_ALREADY_EXISTS', `the plugin name ${name} belongs to ${taken.source}`, {
      hint: 'rename the plugin, or remove the other one from pouchd.yaml',
      plugin: name,
    });
  }

  #require(name: string): InstalledPlugin {
    const found = this.#options.installed.find(name);
    if (found) return found;
    throw new PouchError('PCH_NOT_FOUND', `no installed plugin is named ${name}`, {
      hint: 'a plugin of pouchd.yaml is removed there; `pouch plugin ls` lists all',
    });
  }
}

function stillNamed(plugin: string, entry: string): PouchError {
  return new PouchError('PCH_PLUGIN_NEEDED', `plugin ${plugin} has an entry at ${entry}`, {
    hint: 'remove the entry, reload pouchd, then remove the plugin',
    plugin,
  });
}

/** Whether a folder may have this name. */
function isFileName(name: string | undefined): name is string {
  return name !== undefined && /^[A-Za-z0-9][\w.-]{0,100}$/.test(name);
}

function withPrevious(
  name: string,
  now: PluginPackage,
  before: InstalledPlugin | undefined,
): InstalledPlugin {
  if (!before) return { name, ...now };
  const { name: _name, previous, ...last } = before;
  // The same version once more does not hide the one before.
  const earlier = last.digest === now.digest ? previous : last;
  return { name, ...now, ...(earlier && { previous: earlier }) };
}

/** The folder is gone when the user reads it. */
function asError(
  plugin: string,
  { code, message, hint }: NonNullable<PluginCheck['problem']>,
  folder: string,
): PouchError {
  const problem = message.replaceAll(`${folder}/`, '');
  return new PouchError(code, `plugin ${plugin} is not installed: ${problem}`, {
    plugin,
    ...(hint && { hint }),
  });
}

function notActivated(plugin: string, reason: string): PouchError {
  return new PouchError('PCH_PLUGIN_QUARANTINED', `plugin ${plugin} is not installed: ${reason}`, {
    hint: 'what served before serves again; options go to an entry `name: ' + `${plugin}\` of pouchd.yaml`,
    plugin,
  });
}
