import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { CliError } from '../../errors.ts';
import { npmPack } from './npmPack.ts';
import { tarFolder } from './tarFolder.ts';

/** A package as it is sent to pouchd. */
export interface PackageSource {
  readonly archive: Readable;
  /** Name of the folder it comes from; the package's own name counts more. */
  readonly name?: string;
  /** Where it comes from, for the lock file. */
  readonly source: string;
  /** Removes temporary files. */
  close(): Promise<void>;
}

const npmPrefix = 'npm:';

/**
 * Opens what `pouch plugin install` is given: a folder, a file that `npm pack` has written, or `npm:NAME[@VERSION]`.
 * A folder with package.json is packed as npm publishes it. No script of a package runs.
 * @throws PCH_NOT_FOUND, PCH_PLUGIN_PACKAGE
 */
export async function openSource(given: string): Promise<PackageSource> {
  if (given.startsWith(npmPrefix)) return await packed(given.slice(npmPrefix.length), given);
  const path = resolve(given);
  const stats = await stat(path).catch((error: Error) => {
    throw new CliError(
      'PCH_NOT_FOUND',
      `${given} cannot be read: ${error.message}`,
      'name a folder, a .tgz file, a package of the npm registry as npm:NAME, or an artifact as oci:NAME',
    );
  });
  if (!stats.isDirectory()) return { archive: createReadStream(path), source: path, close: async () => {} };
  const hasManifest = (await readdir(path)).includes('package.json');
  if (hasManifest) return await packed(path, path);
  return { archive: await tarFolder(path), name: basename(path), source: path, close: async () => {} };
}

async function packed(spec: string, source: string): Promise<PackageSource> {
  const folder = await mkdtemp(join(tmpdir(), 'pouch-plugin-'));
  const close = () => rm(folder, { recursive: true, force: true });
  try {
    return { archive: createReadStream(await npmPack(spec, folder)), source, close };
  } catch (error) {
    await close();
    throw error;
  }
}
