/** The cgroup of a machine with users of its own: its init makes groups below it. */
import { chown, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EffectKind } from '../../../hooks/effects.ts';
import { cgroupVersion } from '../../host/facts.ts';

/** Files that a delegated cgroup is owned with (kernel doc cgroup-v2, "Delegation"; v1 has no others). */
const delegated = ['cgroup.procs', 'cgroup.threads', 'cgroup.subtree_control', 'tasks'];

/** v1 limits nothing in the hierarchy that systemd names, so that one alone is given away. */
function hierarchy(): string {
  return cgroupVersion() === '2' ? '/sys/fs/cgroup' : '/sys/fs/cgroup/systemd';
}

export function cgroupOwnerEffect(): EffectKind<{ path: string; uid: number; gid: number }, undefined> {
  return {
    kind: 'cgroup-owner',
    volatile: true,
    describe: ({ path }) => `give the cgroup ${path} to the container’s root`,
    async apply({ path, uid, gid }) {
      const directory = join(hierarchy(), path);
      const files = (await readdir(directory)).filter((name) => delegated.includes(name));
      await Promise.all(['', ...files].map((name) => chown(join(directory, name), uid, gid)));
      return undefined;
    },
    // It goes with the cgroup.
    async undo() {},
  };
}
