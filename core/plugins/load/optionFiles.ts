/** The files that a plugin reads beside its options, so that a reload can say that they have changed. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from '../../../hooks/definePlugin.ts';

/** Keyword of a schema of options: the value is the path of a file or a directory, or a list of such paths. */
export const filesKeyword = 'readsFiles';

/** More entries of a directory are not looked at. */
const mostEntries = 1000;

/**
 * Returns a text that changes with the files that options marked by `readsFiles` name; undefined without such options.
 * A directory counts with its entries, and without those of directories below it.
 */
export async function stateOfOptionFiles(
  { options: schema }: Plugin,
  options: unknown,
): Promise<string | undefined> {
  const properties = (schema?.['properties'] ?? {}) as Record<string, Record<string, unknown>>;
  const marked = Object.keys(properties).filter((name) => properties[name]?.[filesKeyword] === true);
  if (marked.length === 0) return undefined;
  const values = marked.flatMap((name) => (options as Record<string, unknown>)[name] ?? []);
  const paths = values.filter((value) => typeof value === 'string');
  return JSON.stringify(await Promise.all(paths.map(stateOf)));
}

async function stateOf(path: string): Promise<unknown> {
  const names = await readdir(path).catch(() => undefined);
  if (names === undefined) return [path, await fileState(path)];
  const entries = names.toSorted().slice(0, mostEntries);
  return [path, await Promise.all(entries.map(async (name) => [name, await fileState(join(path, name))]))];
}

/** Null for what does not exist. */
async function fileState(path: string): Promise<readonly string[] | null> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  return found && [found.ino, found.mode, found.uid, found.size, found.mtimeNs, found.ctimeNs].map(String);
}
