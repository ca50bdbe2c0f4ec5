/** Mounts whose files have a container's ids (mount_setattr(2), kernel doc filesystems/idmappings). */
import { closeSync, openSync } from 'node:fs';
import { attachAt, withMountTree } from '../host/mountTree.ts';

/** linux/mount.h. */
const MOUNT_ATTR_IDMAP = 0x100000n;

/**
 * Mounts the directory or file `source`, with all that is mounted below it, on `target` with the ids of a user
 * namespace: stored id 0 is its root.
 * @throws Error, EINVAL if one of the file systems does not support idmapped mounts
 */
export function mountMapped(source: string, target: string, usernsPath: string): void {
  const userns = openSync(usernsPath, 'r');
  try {
    const what = `map the ids of ${source}`;
    const change = { attributes: MOUNT_ATTR_IDMAP, userns, isRecursive: true, what };
    withMountTree(source, change, (tree) => attachAt(tree, target));
  } finally {
    closeSync(userns);
  }
}
