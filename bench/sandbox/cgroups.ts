import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { derivedNames } from '../../config/derive.ts';
import { hierarchies, removeCgroup } from '../../test/support/host/cgroups.ts';

/** Podman puts conmon processes here regardless of --cgroup-parent. */
const ofPodman = 'libpod_parent';

/** The parent cgroup of the peers' containers. */
export function cgroupOf(dir: string): string {
  return `/${basename(dir)}`;
}

/** Returns the names of the top-level cgroups of all hierarchies. */
export function topCgroups(): ReadonlySet<string> {
  return new Set(hierarchies().flatMap((path) => list(path)));
}

/** Removes the cgroups of a finished sandbox. */
export async function removeCgroups(dir: string, before: ReadonlySet<string>): Promise<void> {
  await removeCgroup(cgroupOf(dir));
  if (!before.has(ofPodman)) await removeCgroup(`/${ofPodman}`);
  for (const name of list(dir).filter((entry) => entry.startsWith('pd-')))
    await removeCgroup(derivedNames(join(dir, name, 'state'))['cgroupParent']!);
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
