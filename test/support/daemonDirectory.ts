import { chmod, mkdir, mkdtemp, readdir, readlink, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { derivedNames } from '../../config/derive.ts';

/** scripts/test/OwnNames.ts knows directories of daemons by it. */
const prefix = 'pd-';

/**
 * The names that daemons of tests have, each a link to the directory of its daemon. Runs of tests have temporary
 * directories of their own, and the host's bridges and subnets in common.
 */
const taken = '/tmp/pouch-test-names';

/** Returns the path of a daemon's state in its directory. */
export function stateIn(directory: string): string {
  return join(directory, 'state');
}

/**
 * Makes the directory of a daemon in `parent`. The bridge and the subnet that it derives from the path belong to no
 * other daemon of tests on the host: they are short hashes, and among some hundred daemons two clash now and then. They
 * stay its own until the run of its tests ends, which looks for what they have left on the host.
 */
export async function makeDaemonDirectory(parent = tmpdir()): Promise<string> {
  await (prepared ??= prepare());
  for (;;) {
    const directory = await mkdtemp(join(parent, prefix));
    if (await takesNames(directory)) {
      // As /var/lib and /run are: the users of a container's own namespace pass through them.
      await chmod(directory, 0o711);
      return directory;
    }
    await rm(directory, { recursive: true });
  }
}

let prepared: Promise<void> | undefined;

/** Makes the place of the names, and frees those of runs that have ended. */
async function prepare(): Promise<void> {
  await mkdir(taken, { recursive: true });
  // Tests of another user write there, too; only its owner can allow that.
  await chmod(taken, 0o1777).catch(() => undefined);
  await Promise.all((await readdir(taken)).map((name) => free(join(taken, name))));
}

async function takesNames(directory: string): Promise<boolean> {
  const own = derivedNames(stateIn(directory));
  for (const path of ['network.bridge', 'network.subnet'] as const)
    if (!(await takes(join(taken, own[path]!.replace('/', '_')), directory))) return false;
  return true;
}

async function takes(name: string, directory: string): Promise<boolean> {
  try {
    await symlink(directory, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return (await free(name)) && (await takes(name, directory));
  }
}

/** Frees a name whose daemon and whose run are gone; returns whether it is free. */
async function free(name: string): Promise<boolean> {
  const directory = await readlink(name).catch(() => undefined);
  if (directory === undefined) return true;
  const parent = dirname(directory);
  if ((await exists(directory)) || (parent !== '/tmp' && (await exists(parent)))) return false;
  await rm(name, { force: true });
  return true;
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
