/** Whether a reload can keep the process of a plugin: what it was loaded from, as a text to compare. */
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FileSafety } from '../../../hooks/FileSafety.ts';
import { tokenName } from '../../../hooks/token.ts';
import { isRootUser } from '../process/launch.ts';
import { ancestorsOf, isShared } from '../process/places.ts';
import type { WantedPlugin } from './wantedPlugin.ts';
import type { PluginVersion } from './PluginVersion.ts';
import { needsOf } from './requirements.ts';

/** A plugin with more files is loaded again. */
const mostFiles = 200;

const accounts = [
  'passwd',
  'group',
  'nsswitch.conf',
  'hosts',
  'hostname',
  'resolv.conf',
  'services',
  'localtime',
];
/** What every process sees, and a plugin may have read in its setup. */
const systemFiles = [...accounts.map((name) => `/etc/${name}`), '/etc/ssl/certs', process.execPath];

/** Their methods return nothing that a reload changes. */
const constant = ['log', 'clock', 'host'];

/** Whether a version injects only what another load would give it again. */
export function isSelfContained({ plugin }: PluginVersion): boolean {
  return needsOf(plugin).every(({ token }) => constant.includes(tokenName(token)));
}

/** Those of one load, which looks at each file once. */
export class Fingerprints {
  readonly #surroundings: readonly unknown[];
  readonly #states = new Map<string, Promise<readonly string[] | null>>();
  readonly #folders = new Map<string, Promise<string[]>>();

  /** @param surroundings what all plugins of the load have in common */
  constructor(surroundings: readonly unknown[]) {
    this.#surroundings = surroundings;
  }

  /**
   * Returns a text that changes with everything that the plugin of an entry can have read: its entry, its folder, the
   * system's files, and the surroundings. Undefined where that cannot be known: for one with the network or other paths
   * of the host, with packages, or with all rights.
   */
  async of(wanted: WantedPlugin, origin: string | undefined): Promise<string | undefined> {
    const { path, isolation, user, grants = {} } = wanted;
    const isConfined = isolation === 'process' && !isRootUser(user);
    if (path === undefined || !isConfined || grants.network || grants.paths) return undefined;
    try {
      new FileSafety(path).check(path);
      const packages = ancestorsOf(dirname(path)).map((above) => join(above, 'node_modules'));
      if ((await this.#statesOf(packages)).some((state) => state !== null)) return undefined;
      const files = isShared(dirname(path)) ? [path] : await this.#filesIn(dirname(path));
      const states = await this.#statesOf([...files, ...systemFiles]);
      return JSON.stringify([wanted, origin, this.#surroundings, files, states]);
    } catch {
      return undefined;
    }
  }

  #filesIn(folder: string): Promise<string[]> {
    const files = this.#folders.get(folder) ?? filesIn(folder);
    this.#folders.set(folder, files);
    return files;
  }

  async #statesOf(paths: readonly string[]): Promise<(readonly string[] | null)[]> {
    return await Promise.all(
      paths.map((path) => {
        const state = this.#states.get(path) ?? stateOf(path);
        this.#states.set(path, state);
        return state;
      }),
    );
  }
}

/** The folder with everything in it. @throws Error if that is too much, or is a link to somewhere else */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  if (entries.some((entry) => entry.isSymbolicLink())) throw new Error(`${folder} has links`);
  const below: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    below.push(...(entry.isDirectory() ? await filesIn(path) : [path]));
    if (below.length > mostFiles) throw new Error(`${folder} has more than ${mostFiles} files`);
  }
  return [folder, ...below.sort()];
}

/** Null for what does not exist. */
async function stateOf(path: string): Promise<readonly string[] | null> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  if (!found) return null;
  const { dev, ino, mode, uid, gid, size, mtimeNs, ctimeNs } = found;
  return [dev, ino, mode, uid, gid, size, mtimeNs, ctimeNs].map(String);
}
