import { lstat, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Readable } from 'node:stream';
import tar from 'tar-stream';
import { CliError } from '../../errors.ts';

/** Bytes; pouchd takes no more. */
const most = 64 * 1024 * 1024;

/** Returns the files of a folder as a tar archive, in the order of their names. @throws PCH_PLUGIN_PACKAGE */
export async function tarFolder(folder: string): Promise<Readable> {
  const files = await filesBelow(folder);
  const pack = tar.pack();
  const add = async () => {
    for (const { path, mode } of files)
      pack.entry({ name: relative(folder, path), mode: mode & 0o755 }, await readFile(path));
    pack.finalize();
  };
  add().catch((error: Error) => pack.destroy(error));
  return pack as unknown as Readable;
}

async function filesBelow(folder: string): Promise<{ path: string; mode: number }[]> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => !isLeftOut(name)).sort();
  const found: { path: string; mode: number }[] = [];
  let bytes = 0;
  for (const name of names) {
    const path = join(folder, name);
    const stats = await lstat(path);
    if (stats.isDirectory()) continue;
    if (!stats.isFile()) throw invalid(`${path} is not a plain file`);
    bytes += stats.size;
    if (bytes > most) throw invalid(`${folder} has more than ${most} bytes`);
    found.push({ path, mode: stats.mode });
  }
  return found;
}

/** Repositories are not part of a plugin. */
function isLeftOut(name: string): boolean {
  return name.split('/').includes('.git');
}

function invalid(why: string): CliError {
  return new CliError('PCH_PLUGIN_PACKAGE', why, 'only plain files and folders can be installed');
}
