import { dirname, join } from 'node:path';
import { parse } from 'smol-toml';
import { messageOf } from '../../../hooks/index.ts';
import type { Host } from '../host.ts';

/** Kata's own has some 30 KB. */
const maxBytes = 1024 * 1024;

export type Table = Record<string, unknown>;

/** A configuration file of kata, merged with its drop-ins. */
export interface KataConfig {
  /** Absolute path. */
  path: string;
  /** Name of the hypervisor's table: `qemu`. */
  hypervisorName: string;
  /** `[hypervisor.NAME]`. */
  hypervisor: Table;
  /** `[runtime]`. */
  runtime: Table;
}

/** @throws an error that names the file, if it is not valid TOML or has no hypervisor */
export async function loadConfig(host: Host, path: string): Promise<KataConfig | undefined> {
  const text = await read(host, path);
  if (text === undefined) return undefined;
  let tables = parsed(path, text);
  for (const file of await dropIns(host, path)) {
    const more = await read(host, file);
    if (more !== undefined) tables = merged(tables, parsed(file, more));
  }
  return { path, ...activeHypervisor(path, tables), runtime: tableOf(tables['runtime']) };
}

function parsed(path: string, text: string): Table {
  try {
    return parse(text);
  } catch (error) {
    throw new Error(`${path} is not valid TOML: ${messageOf(error).split('\n')[0]}`, { cause: error });
  }
}

/** Files in `config.d` beside it, sorted by name (kata, src/runtime/README.md: "Drop-in configuration"). */
async function dropIns({ files, root }: Host, path: string): Promise<string[]> {
  const folder = join(dirname(path), 'config.d');
  const names = (await files.list(join(root, folder))) ?? [];
  const isFile = async (name: string) => (await files.look(join(root, folder, name)))?.kind !== 'directory';
  const kept = await Promise.all(names.sort().map(async (name) => ({ name, keep: await isFile(name) })));
  return kept.filter(({ keep }) => keep).map(({ name }) => join(folder, name));
}

/** A user may choose the file: by an annotation. */
function read({ files, root }: Host, path: string): Promise<string | undefined> {
  return files.readText(join(root, path), maxBytes, `the configuration of kata ${path}`);
}

/** Merges tables and replaces every other value. */
function merged(base: Table, over: Table): Table {
  const result = { ...base };
  for (const [key, value] of Object.entries(over))
    result[key] = isTable(value) && isTable(base[key]) ? merged(base[key], value) : value;
  return result;
}

/** runtime-rs names its hypervisor; the shim in Go has one table. */
function activeHypervisor(path: string, tables: Table): Pick<KataConfig, 'hypervisorName' | 'hypervisor'> {
  const all = tableOf(tables['hypervisor']);
  const named = tableOf(tables['runtime'])['hypervisor_name'];
  const name = typeof named === 'string' && named in all ? named : Object.keys(all)[0];
  if (name === undefined) throw new Error(`${path}: expected a table [hypervisor.…], found none`);
  return { hypervisorName: name, hypervisor: tableOf(all[name]) };
}

function tableOf(value: unknown): Table {
  return isTable(value) ? value : {};
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
