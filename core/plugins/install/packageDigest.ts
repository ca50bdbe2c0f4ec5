import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type PackageFile, type PackageFiles, packageLimits } from './unpackPackage.ts';

/** `sha256:…` over the sorted list of files: path, content, and whether it is executable. */
export function digestOf(files: PackageFiles): string {
  const lines = [...files].map(
    ([path, { sha256, executable }]) => `${executable ? 'x' : '-'} ${sha256} ${path}\n`,
  );
  return `sha256:${createHash('sha256').update(lines.sort().join('')).digest('hex')}`;
}

/** Reads the files of an installed package for their digest. @throws Error for what an installation never writes */
export async function filesOf(folder: string): Promise<PackageFiles> {
  const files = new Map<string, PackageFile>();
  const budget = { bytes: packageLimits.bytes };
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    const stats = await lstat(path);
    if (stats.isDirectory()) continue;
    if (!stats.isFile()) throw new Error(`${path} is not a regular file`);
    budget.bytes -= stats.size;
    if (budget.bytes < 0 || files.size === packageLimits.files)
      throw new Error(`${folder} has more than was installed`);
    files.set(name, { sha256: await sha256Of(path), executable: (stats.mode & 0o100) !== 0 });
  }
  return files;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}
