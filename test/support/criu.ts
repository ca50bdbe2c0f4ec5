/**
 * A criu that works with this kernel: the host's, or that of a newer Debian in a directory of its own, with the
 * libraries that it needs.
 */
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

const source = 'deb [trusted=yes] http://deb.debian.org/debian trixie main\n';
const libraries = 'usr/lib/x86_64-linux-gnu';

export interface Criu {
  /** For PATH; undefined for the host's own. */
  path: string | undefined;
  /** Why it is not available; undefined if it is. */
  missing: string | undefined;
  dispose(): Promise<void>;
}

export async function workingCriu(): Promise<Criu> {
  const none = { path: undefined, missing: undefined, dispose: async () => {} };
  if (await works('criu')) return none;
  const directory = await mkdtemp(join(tmpdir(), 'pd-criu-'));
  const dispose = () => rm(directory, { recursive: true, force: true });
  try {
    await fetchCriu(directory);
    if (!(await works(join(directory, 'criu'))))
      throw new Error('trixie’s criu does not work with this kernel');
    return { path: directory, missing: undefined, dispose };
  } catch (error) {
    await dispose();
    return { ...none, missing: `no working criu: ${(error as Error).message.split('\n')[0]}` };
  }
}

async function works(criu: string): Promise<boolean> {
  const { failed } = await execa(criu, ['check'], { reject: false, timeout: 10_000 });
  return !failed;
}

async function fetchCriu(directory: string): Promise<void> {
  const [debs, root] = [join(directory, 'debs'), join(directory, 'root')];
  await mkdir(debs);
  const apt = await separateApt(join(directory, 'apt'), debs);
  await apt('update');
  await apt('download', ...(await packagesOf(apt)));
  for (const deb of await readdir(debs)) await execa('dpkg', ['-x', join(debs, deb), root]);
  const loader = join(root, libraries, 'ld-linux-x86-64.so.2');
  const script = `#!/bin/sh\nexec ${loader} --library-path ${join(root, libraries)} ${join(root, 'usr/sbin/criu')} "$@"\n`;
  await writeFile(join(directory, 'criu'), script);
  await chmod(join(directory, 'criu'), 0o755);
}

type Apt = (...args: string[]) => Promise<string>;

/** Lists and cache of its own: the host's apt does not notice. */
async function separateApt(directory: string, cwd: string): Promise<Apt> {
  await mkdir(join(directory, 'lists/partial'), { recursive: true });
  await mkdir(join(directory, 'cache/archives/partial'), { recursive: true });
  await writeFile(join(directory, 'sources.list'), source);
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

/** criu and all that it depends on, as if nothing was installed. */
async function packagesOf(apt: Apt): Promise<string[]> {
  const uris = await apt('install', '--print-uris', '--yes', '--no-install-recommends', 'criu');
  return [...uris.matchAll(/\/([^/_]+)_[^/]*\.deb'/g)].map(([, name]) => name!);
}
