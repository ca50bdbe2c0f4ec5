/** Mounts files of the host in the mount namespace of a container, where runtimes mount nothing: in its /proc. */
import { closeSync, openSync } from 'node:fs';
import { check, detach, libcFunction } from '../../host/libc.ts';
import type { FileOperations } from '../protocol.ts';
import { openContainerProcess, openContainerRoot } from './containerRoot.ts';
import { handlePath, openInside, using } from './openInside.ts';

const openTree = libcFunction('long syscall(long number, int dirfd, str path, uint flags)');
const setAttributes = libcFunction(
  'long syscall(long number, int dirfd, str path, uint flags, void *attributes, ulong size)',
);
const moveMount = libcFunction(
  'long syscall(long number, int fromFd, str from, int toFd, str to, uint flags)',
);
const setns = libcFunction('int setns(int fd, int nstype)');
const unshare = libcFunction('int unshare(int flags)');

/** The same on all architectures (asm-generic/unistd.h, and x86's table). */
const NR_open_tree = 428;
const NR_move_mount = 429;
const NR_mount_setattr = 442;
/** linux/mount.h, linux/fcntl.h. */
const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;
const OPEN_TREE_CLONE = 1;
const OPEN_TREE_CLOEXEC = 0o2000000;
const MOVE_MOUNT_F_EMPTY_PATH = 4;
const MOVE_MOUNT_T_EMPTY_PATH = 0x40;
/** MOUNT_ATTR_RDONLY, _NOSUID, _NODEV and _NOEXEC. */
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
    return using(copyOf(source), (tree) =>
      using(openInside(root, target), (place) => {
        const flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
        inNamespace(namespace, () =>
          check(moveMount(NR_move_mount, tree, '', place, '', flags), `mount on ${target}`),
        );
        return null;
      }),
    );
  } catch (error) {
    return `cannot mount ${source} on ${target}: ${(error as Error).message}`;
  }
}

/** A mount of the file that is not attached anywhere. */
function copyOf(source: string): number {
  const tree = check(openTree(NR_open_tree, AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC), source);
  try {
    // struct mount_attr: attributes to set, attributes to clear, propagation, user namespace.
    const attributes = Buffer.alloc(32);
    attributes.writeBigUInt64LE(harmless, 0);
    check(
      setAttributes(NR_mount_setattr, tree, '', AT_EMPTY_PATH, attributes, attributes.length),
      `mount ${source} read-only`,
    );
    return tree;
  } catch (error) {
    closeSync(tree);
    throw error;
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
