/**
 * A criu that works with this kernel: the host's, or that of a newer Debian in a directory of its own, with the
 * libraries that it needs.
 */
import { chmod, cp, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { type Apt, separateApt, unpackAll } from './debian13.ts';

const libraries = 'usr/lib/x86_64-linux-gnu';

/** For later runs: apt takes 10 s of CPU time. */
const kept = resolve(import.meta.dirname, '../../node_modules/.cache/criu');
const keptMs = 7 * 24 * 60 * 60_000;

const launcher = `#!/bin/sh
root="$(dirname "$0")/root"
exec "$root/${libraries}/ld-linux-x86-64.so.2" --library-path "$root/${libraries}" "$root/usr/sbin/criu" "$@"
`;

export interface Criu {
  /** For PATH; undefined for the host's own. */
  path: string | undefined;
  /** Why it is not available; undefined if it is. */
  missing: string | undefined;
}

export async function workingCriu(): Promise<Criu> {
  if (await works('criu')) return { path: undefined, missing: undefined };
  try {
    if (!(await isKept())) await fetchCriu();
    if (!(await works(join(kept, 'criu')))) throw new Error('trixie’s criu does not work with this kernel');
    return { path: kept, missing: undefined };
  } catch (error) {
    return { path: undefined, missing: `no working criu: ${(error as Error).message.split('\n')[0]}` };
  }
}

async function isKept(): Promise<boolean> {
  const found = await stat(join(kept, 'criu')).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs < keptMs;
}

async function works(criu: string): Promise<boolean> {
  const { failed } = await execa(criu, ['check'], { reject: false, timeout: 10_000 });
  return !failed;
}

async function fetchCriu(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'pd-criu-'));
  try {
    const [debs, made] = [join(directory, 'debs'), join(directory, 'made')];
    for (const path of [debs, made]) await mkdir(path);
    const apt = await separateApt(join(directory, 'apt'), debs);
    await apt('update');
    await apt('download', ...(await packagesOf(apt)));
    await unpackAll(debs, join(made, 'root'));
    await writeFile(join(made, 'criu'), launcher);
    await chmod(join(made, 'criu'), 0o755);
    const beside = `${kept}.${process.pid}`;
    await cp(made, beside, { recursive: true, verbatimSymlinks: true });
    await rm(kept, { recursive: true, force: true });
    await rename(beside, kept);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** criu and all that it depends on, as if nothing was installed. */
async function packagesOf(apt: Apt): Promise<string[]> {
  const uris = await apt('install', '--print-uris', '--yes', '--no-install-recommends', 'criu');
  return [...uris.matchAll(/\/([^/_]+)_[^/]*\.deb'/g)].map(([, name]) => name!);
}
