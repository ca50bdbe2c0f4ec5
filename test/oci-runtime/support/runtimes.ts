import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { hasHybridCgroups } from '../../../hooks/hybridCgroups.ts';
import { findBinary } from '../../../hooks/index.ts';
import { writeCrunWrapper } from '../../../plugins/runtime-runc/crunWrapper.ts';

const root = resolve(import.meta.dirname, '../../..');

/** An executable with runc's command line. */
export interface Runtime {
  /** The name of its file, by which deviations are declared. */
  name: string;
  path: string;
  /** The first line of --version. */
  version: string;
}

/**
 * Names or paths: those in POUCH_OCI_RUNTIMES (comma-separated), or runc, crun and the project's runlxc if it is
 * built.
 */
export function wantedRuntimes(): string[] {
  const wanted = process.env['POUCH_OCI_RUNTIMES'];
  if (wanted !== undefined) return wanted.split(',').filter((name) => name !== '');
  const runlxc = join(root, 'bin/runlxc');
  return ['runc', 'crun', ...(existsSync(runlxc) ? [runlxc] : [])];
}

/**
 * Finds a runtime's executable and makes it usable on this host.
 * @param directory for files that it needs for that
 */
export async function prepareRuntime(wanted: string, directory: string): Promise<Runtime> {
  const path = await findBinary(isAbsolute(wanted) || !wanted.includes('/') ? wanted : resolve(wanted));
  if (path === undefined) throw new Error(`runtime ${wanted} not found`);
  const name = basename(wanted);
  const [version = ''] = execFileSync(path, ['--version'], { encoding: 'utf8', timeout: 10_000 }).split('\n');
  return { name, version, path: name === 'crun' ? await usableCrun(path, directory) : path };
}

/** Hides the v2 hierarchy of a host with hybrid cgroups from crun, and the host's /dev/null. */
async function usableCrun(crun: string, directory: string): Promise<string> {
  return await writeCrunWrapper(directory, crun, { hybrid: hasHybridCgroups(), ownNull: true });
}
