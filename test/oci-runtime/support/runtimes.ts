import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { hasHybridCgroups } from '../../../plugins/runtime-runc/hybridCgroups.ts';
import { findBinary } from '../../../hooks/index.ts';
import { writeCrunWrapper } from '../../../plugins/runtime-runc/crunWrapper.ts';

const root = resolve(import.meta.dirname, '../../..');

/** An executable with runc's command line. */
export interface Runtime {
  /** Its file's name; rows know their deviations by it. */
  name: string;
  path: string;
  /** The first line of --version. */
  version: string;
}

/** Names or paths: those in POUCH_OCI_RUNTIMES (comma-separated), or runc, crun and the project's runlxc if it is built. */
export function wantedRuntimes(): string[] {
  const wanted = process.env['POUCH_OCI_RUNTIMES'];
  if (wanted !== undefined) return wanted.split(',').filter((name) => name !== '');
  const runlxc = join(root, 'bin/runlxc');
  return ['runc', 'crun', ...(existsSync(runlxc) ? [runlxc] : [])];
}

/**
 * Finds a runtime's executable and makes it usable on this host.
 * @param directory where what it needs for that may be put
 */
export async function prepareRuntime(wanted: string, directory: string): Promise<Runtime> {
  const path = await findBinary(isAbsolute(wanted) || !wanted.includes('/') ? wanted : resolve(wanted));
  if (path === undefined) throw new Error(`the runtime ${wanted} is not there`);
  const name = basename(wanted);
  const [version = ''] = execFileSync(path, ['--version'], { encoding: 'utf8', timeout: 10_000 }).split('\n');
  return { name, version, path: name === 'crun' ? await usableCrun(path, directory) : path };
}

/** On a host with hybrid cgroups crun works only where it does not see the v2 hierarchy; and the host keeps its /dev/null. */
async function usableCrun(crun: string, directory: string): Promise<string> {
  return await writeCrunWrapper(directory, crun, { hybrid: await hasHybridCgroups(), ownNull: true });
}
