/**
 * Bundles without a shim. containerd leaves them when it is killed while it removes a task, or when the removal
 * hangs.
 */
import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PouchConfig } from '../../../config/types.ts';
import { detach } from '../../host/libc.ts';
import { ignoreMissing } from '../../host/ignoreMissing.ts';

/** containerd renames a bundle to this before it removes it (containerd, runtime v2: `atomicDelete`). */
const hidden = '.';

/** The directory of the managed containerd's bundles; undefined for one that others use too. */
export function bundlesOf({
  state,
  containerd,
}: Pick<PouchConfig, 'state' | 'containerd'>): string | undefined {
  if (!containerd.managed) return undefined;
  return join(state, 'containerd', 'io.containerd.runtime.v2.task', containerd.namespace);
}

/** Ids of the tasks that have, or had, a bundle there. */
export async function idsOfBundles(bundles: string): Promise<string[]> {
  const names = (await readdir(bundles).catch(ignoreMissing)) ?? [];
  return [...new Set(names.map((name) => name.replace(/^\./, '')))];
}

/** The caller knows that containerd has neither a task nor a shim of that id. */
export async function removeLeftBundle(bundles: string, id: string): Promise<void> {
  for (const name of [id, `${hidden}${id}`]) await removeBundle(join(bundles, name));
}

/** A bundle without a shim makes containerd refuse the next task of that id. */
export async function removeBundle(bundle: string): Promise<void> {
  const rootfs = join(bundle, 'rootfs');
  detach(rootfs);
  // Never what is mounted, should it still be.
  await rmdir(rootfs).catch(ignoreMissing);
  await rm(bundle, { recursive: true, force: true });
}
