/** Mounts files of the host in the mount namespace of a container, where runtimes mount nothing: in its /proc. */
import { openSync } from 'node:fs';
import { check, detach, libcFunction } from '../../host/libc.ts';
import { attachOn, withMountTree } from '../../host/mountTree.ts';
import type { FileOperations } from '../protocol.ts';
import { openContainerProcess, openContainerRoot } from './containerRoot.ts';
import { handlePath, openInside, using } from './openInside.ts';

const setns = libcFunction('int setns(int fd, int nstype)');
const unshare = libcFunction('int unshare(int flags)');

/** MOUNT_ATTR_RDONLY, _NOSUID, _NODEV and _NOEXEC (linux/mount.h). */
const harmless = 0x1n | 0x2n | 0x4n | 0x8n;
/** linux/sched.h. */
const CLONE_FS = 0x200;
const CLONE_NEWNS = 0x20000;

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
      if (unmount.length > 0) inNamespace(namespace, () => unmount.forEach(detach));
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
        inNamespace(namespace, () => attachOn(tree, place, target));
        return null;
      }),
    );
  } catch (error) {
    return `cannot mount ${source} on ${target}: ${(error as Error).message}`;
  }
}

/**
 * Runs system calls in another mount namespace. It is that of a thread, if the thread shares its root and working
 * directory with no other (setns(2)): those of this worker's other threads stay. A worker that cannot return ends.
 */
function inNamespace(namespace: number, run: () => void): void {
  using(openSync('/proc/thread-self/ns/mnt', 'r'), (own) => {
    check(unshare(CLONE_FS), 'leave the root that threads share');
    check(setns(namespace, CLONE_NEWNS), 'enter the mount namespace of the container');
    try {
      run();
    } finally {
      if (setns(own, CLONE_NEWNS) < 0) process.abort();
    }
  });
}
