import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { derivedNames } from '../../config/derive.ts';

const prefix = 'pd-';

/** Returns the path of a daemon's state in its directory. */
export function stateIn(directory: string): string {
  return join(directory, 'state');
}

/**
 * Makes the directory of a daemon in `parent`. The bridge and the subnet that it derives from the path belong to no
 * other daemon there: they are short hashes, and among some hundred daemons two clash now and then.
 */
export async function makeDaemonDirectory(parent = tmpdir()): Promise<string> {
  for (;;) {
    const directory = await mkdtemp(join(parent, prefix));
    if (await isUnique(directory)) {
      // As /var/lib and /run are: the users of a container's own namespace pass through them.
      await chmod(directory, 0o711);
      return directory;
    }
    await rm(directory, { recursive: true });
  }
}

/** Two that are made at the same time see each other: then neither is unique. */
async function isUnique(directory: string): Promise<boolean> {
  const own = derivedNames(stateIn(directory));
  const parent = dirname(directory);
  const names = (await readdir(parent)).filter(
    (name) => name.startsWith(prefix) && name !== basename(directory),
  );
  return names
    .map((name) => derivedNames(stateIn(join(parent, name))))
    .every((other) =>
      (['network.bridge', 'network.subnet'] as const).every((path) => own[path] !== other[path]),
    );
}
