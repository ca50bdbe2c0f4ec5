/** The cgroup of a rich container with users of its own: its init creates groups below it. */
import { existsSync } from 'node:fs';
import { chown, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EffectKind } from '../../../hooks/effectKind.ts';
import { hasHybridCgroups, unified } from '../../../hooks/hybridCgroups.ts';
import { cgroupVersion } from '../../host/detect.ts';
import { cgroupRoots } from './cgroup.ts';

/** Files that move processes into a delegated cgroup (kernel doc cgroup-v2, "Delegation"; v1 has no others). */
const members = ['cgroup.procs', 'cgroup.threads', 'tasks'];
/** Chooses the controllers of the groups below. */
const controllers = 'cgroup.subtree_control';

interface Args {
  path: string;
  uid: number;
  gid: number;
  /** Engines in the container make groups with limits, too. */
  everywhere?: boolean;
}

/**
 * With v1 only hierarchies without limits are given away, unless containers run inside: the one that systemd names, and
 * that of v2 beside it.
 * Files with limits stay the host's: what is made below has the limits of its parent (kernel doc cgroup-v1).
 */
async function hierarchies(everywhere: boolean): Promise<string[]> {
  if (cgroupVersion() === '2') return ['/sys/fs/cgroup'];
  if (everywhere) return await cgroupRoots();
  return ['/sys/fs/cgroup/systemd', ...(hasHybridCgroups() ? [unified] : [])];
}

export function cgroupOwnerEffect(): EffectKind<Args, undefined> {
  return {
    kind: 'cgroup-owner',
    volatile: true,
    describe: ({ path }) => `give the cgroup ${path} to the container’s root`,
    async apply({ path, uid, gid, everywhere = false }) {
      const directories = (await hierarchies(everywhere)).map((root) => join(root, path));
      // The runtime makes none where a controller is not mounted; crun makes none of v2 beside v1.
      const present = directories.filter((directory, n) => (n === 0 && !everywhere) || existsSync(directory));
      // Beside v1, controllers of v2 are those that the host does not use.
      const files = [...members, ...(everywhere || cgroupVersion() === '2' ? [controllers] : [])];
      await Promise.all(present.map((directory) => give(directory, { uid, gid, files })));
      return undefined;
    },
    // It goes with the cgroup.
    async undo() {},
  };
}

/** With the groups below it: a runtime with a monitor has the container in one of them. Its init has not run yet. */
async function give(
  directory: string,
  owned: { uid: number; gid: number; files: readonly string[] },
): Promise<void> {
  const { uid, gid, files } = owned;
  const entries = await readdir(directory, { withFileTypes: true });
  const present = entries.filter(({ name }) => files.includes(name)).map(({ name }) => name);
  await Promise.all(['', ...present].map((name) => chown(join(directory, name), uid, gid)));
  const groups = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(directory, name));
  await Promise.all(groups.map((group) => give(group, owned)));
}
