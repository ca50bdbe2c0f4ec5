import { readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';

/** The calls of one script: a file may be in the directories of several hook points. */
export interface Script {
  /** Of its plugin: `script-10-limits`. */
  readonly plugin: string;
  readonly files: readonly ScriptFile[];
}

export interface ScriptFile {
  /** As its directory has it: `container.preCreate`. */
  readonly point: string;
  /** `10-limits.sh` */
  readonly name: string;
  readonly path: string;
}

/** What editors and package managers leave, and what `run-parts` users disable. */
const skipped = /^\.|~$|\.(disabled|bak|orig|rej|swp|tmp|rpmnew|rpmsave|rpmorig|dpkg-[a-z]+)$/;
const ofPoint = '.d';

/**
 * Returns the scripts in `POINT.d` below a directory, by name; none if the directory does not exist.
 * @throws Error if it cannot be read
 */
export function findScripts(directory: string): Script[] {
  const files = entriesOf(directory)
    .filter((entry) => entry.endsWith(ofPoint))
    .flatMap((entry) => filesOf(directory, entry));
  const byPlugin = new Map<string, ScriptFile[]>();
  for (const file of files) {
    const plugin = pluginName(file.name);
    byPlugin.set(plugin, [...(byPlugin.get(plugin) ?? []), file]);
  }
  return [...byPlugin]
    .map(([plugin, own]) => ({ plugin, files: own }))
    .sort((a, b) => compare(a.files[0]!.name, b.files[0]!.name));
}

function filesOf(directory: string, entry: string): ScriptFile[] {
  const point = entry.slice(0, -ofPoint.length);
  return entriesOf(join(directory, entry)).map((name) => ({
    point,
    name,
    path: join(directory, entry, name),
  }));
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => !skipped.test(name))
      .sort(compare);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/** By bytes, as run-parts(8) in the C locale. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Names of plugins have lower-case letters, digits and `-`. */
function pluginName(file: string): string {
  const plain = basename(file, extname(file))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  return `script-${plain.replace(/^-|-$/g, '')}`.slice(0, 63);
}
