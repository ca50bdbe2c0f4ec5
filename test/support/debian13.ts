/** Packages of Debian 13 in a directory of their own: the host's apt does not notice. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

const archive = '[trusted=yes] http://deb.debian.org/debian trixie main';

export type Apt = (...args: string[]) => Promise<string>;

/** apt-get with lists and a cache of its own, below a directory. Downloads go to `cwd`. */
export async function separateApt(directory: string, cwd: string): Promise<Apt> {
  await mkdir(join(directory, 'lists/partial'), { recursive: true });
  await mkdir(join(directory, 'cache/archives/partial'), { recursive: true });
  await writeFile(join(directory, 'sources.list'), `deb ${archive}\ndeb-src ${archive}\n`);
  const settings = [
    `Dir::Etc::sourcelist=${directory}/sources.list`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${directory}/lists`,
    'Dir::State::status=/dev/null',
    `Dir::Cache=${directory}/cache`,
    'APT::Sandbox::User=root',
  ];
  const options = settings.flatMap((setting) => ['-o', setting]);
  return async (...args) => (await execa('apt-get', [...options, ...args], { cwd, timeout: 60_000 })).stdout;
}

/**
 * Downloads packages and unpacks them, as if they were installed below `root` in the directory.
 * @param source - a package whose sources are downloaded, too
 * @returns the directory of the downloads
 */
export async function fetchPackages(
  directory: string,
  packages: readonly string[],
  source?: string,
): Promise<string> {
  const downloads = join(directory, 'downloads');
  await mkdir(downloads);
  const apt = await separateApt(join(directory, 'apt'), downloads);
  await apt('update');
  await apt('download', ...packages);
  // A mirror may have the sources without the file that signs them.
  if (source !== undefined) await apt('source', '--download-only', source).catch(() => undefined);
  await unpackAll(downloads, join(directory, 'root'));
  return downloads;
}

/** Unpacks the packages in a directory, as if they were installed below `root`. */
export async function unpackAll(debs: string, root: string): Promise<void> {
  for (const file of await readdir(debs))
    if (file.endsWith('.deb')) await execa('dpkg', ['-x', join(debs, file), root]);
}
