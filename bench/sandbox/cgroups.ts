import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { derivedDefaults } from '../../config/derive.ts';
import { hierarchies, removeCgroup } from '../../test/support/host/cgroups.ts';

/** Podman puts its conmons here, whatever --cgroup-parent says. */
const ofPodman = 'libpod_parent';

/** The cgroup below which peers put their containers. */
export function cgroupOf(dir: string): string {
  return `/${basename(dir)}`;
}

/** Names of the outermost cgroups of every hierarchy. */
export function topCgroups(): ReadonlySet<string> {
  return new Set(hierarchies().flatMap((path) => list(path)));
}

/** Removes the cgroups of a sandbox that has ended. */
export async function removeCgroups(dir: string, before: ReadonlySet<string>): Promise<void> {
  await removeCgroup(cgroupOf(dir));
  if (!before.has(ofPodman)) await removeCgroup(`/${ofPodman}`);
  for (const name of list(dir).filter((entry) => entry.startsWith('pd-')))
    await removeCgroup(cgroupOfDaemon(join(dir, name, 'state')));
}

function cgroupOfDaemon(state: string): string {
  const defaults = derivedDefaults({ state, managed: true, address: undefined });
  return String(defaults.find(({ path }) => path === 'cgroupParent')?.value);
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
