import { readFile, stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { messageOf, PouchError } from '../../../hooks/errors.ts';

const extensions = ['.ts', '.js', '.mts', '.mjs', '.cts', '.cjs', ''];
/** Bytes of a package.json. */
const largestManifest = 1024 * 1024;

/**
 * Returns the file of a plugin: the path itself, or of a folder the `main` of its package.json, else the file that has
 * the name of the package or of the folder.
 * @throws PCH_PLUGIN_LOAD
 */
export async function entryFile(path: string): Promise<string> {
  const stats = await stat(path).catch((error: unknown) => {
    throw failed(`${path} cannot be read: ${messageOf(error)}`);
  });
  if (!stats.isDirectory()) return path;
  const { main, name } = await readManifest(join(path, 'package.json'));
  if (main !== undefined) return within(path, main);
  const bare = name?.split('/').at(-1) ?? basename(path);
  for (const extension of extensions) {
    const file = join(path, `${bare}${extension}`);
    if (await isFile(file)) return file;
  }
  throw failed(`${path} has no plugin: expected \`main\` in its package.json, or a file ${bare}.ts`);
}

async function readManifest(file: string): Promise<{ main?: string; name?: string }> {
  const text = await readFile(file, 'utf8').catch(() => '{}');
  if (text.length > largestManifest) throw failed(`${file} is larger than ${largestManifest} bytes`);
  try {
    const { main, name } = JSON.parse(text) as Record<string, unknown>;
    return { ...(typeof main === 'string' && { main }), ...(typeof name === 'string' && { name }) };
  } catch (error) {
    throw failed(`${file} is not valid JSON: ${messageOf(error)}`);
  }
}

function within(folder: string, main: string): string {
  const file = resolve(folder, main);
  if (!relative(folder, file).startsWith('..')) return file;
  throw failed(`\`main\` of ${folder}/package.json, ${main}, is outside of the folder`);
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

function failed(message: string): PouchError {
  return new PouchError('PCH_PLUGIN_LOAD', message, {
    hint: 'name the file of the plugin, or a folder as `pouch plugin new` creates it',
  });
}
