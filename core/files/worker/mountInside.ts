/** Mounts files of the host in the mount namespace of a container, where runtimes mount nothing: in its /proc. */
import { openSync } from 'node:fs';
import { detach } from '../../host/libc.ts';
import { attachOn, withMountTree } from '../../host/mountTree.ts';
import type { FileOperations } from '../protocol.ts';
import { openContainerProcess, openContainerRoot } from './containerRoot.ts';
import { inMountNamespace } from './inMountNamespace.ts';
import { handlePath, openInside, using } from './openInside.ts';

/** MOUNT_ATTR_RDONLY, _NOSUID, _NODEV and _NOEXEC (linux/mount.h). */
const harmless = 0x1n | 0x2n | 0x4n | 0x8n;

interface Wanted {
  source: string;
  target: string;
}

export function mountInside({
  init,
  unmount,
  mounts,
}: FileOperations['mountInside']['args']): FileOperations['mountInside']['result'] {
  return using(openContainerProcess(init), (process) =>
    using(openSync(`${handlePath(process)}/ns/mnt`, 'r'), (namespace) => {
      if (unmount.length > 0) inMountNamespace(namespace, () => unmount.forEach(detach));
      return using(openContainerRoot(init), (root) => mounts.map((one) => mountOne(root, namespace, one)));
    }),
  );
}

/** Both are opened from outside: in the namespace no path is looked up, and nothing but a system call is done. */
function mountOne(root: number, namespace: number, { source, target }: Wanted): string | null {
  try {
    const change = { attributes: harmless, what: `mount ${source} read-only` };
    return withMountTree(source, change, (tree) =>
      using(openInside(root, target), (place) => {
        inMountNamespace(namespace, () => attachOn(tree, place, target));
        return null;
      }),
    );
  } catch (error) {
    return `cannot mount ${source} on ${target}: ${(error as Error).message}`;
  }
}
