/** Mounts whose files have a container's ids (mount_setattr(2), kernel doc filesystems/idmappings). */
import { closeSync, openSync } from 'node:fs';
import { check, libcFunction } from '../host/libc.ts';

const openTree = libcFunction('long syscall(long number, int dirfd, str path, uint flags)');
const setAttributes = libcFunction(
  'long syscall(long number, int dirfd, str path, uint flags, void *attributes, ulong size)',
);
const moveMount = libcFunction(
  'long syscall(long number, int fromFd, str from, int toFd, str to, uint flags)',
);

/** The same on all architectures (asm-generic/unistd.h, and x86's table). */
const NR_open_tree = 428;
const NR_move_mount = 429;
const NR_mount_setattr = 442;
/** linux/mount.h, linux/fcntl.h. */
const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;
const OPEN_TREE_CLONE = 1;
const OPEN_TREE_CLOEXEC = 0o2000000;
const AT_RECURSIVE = 0x8000;
const MOUNT_ATTR_IDMAP = 0x100000n;
const MOVE_MOUNT_F_EMPTY_PATH = 4;

/**
 * Mounts the directory or file `source`, with all that is mounted below it, on `target` with the ids of a user
 * namespace: stored id 0 is its root.
 * @throws Error, EINVAL if one of the file systems does not support idmapped mounts
 */
export function mountMapped(source: string, target: string, usernsPath: string): void {
  const flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE;
  const tree = check(openTree(NR_open_tree, AT_FDCWD, source, flags), source);
  try {
    mapIds(tree, usernsPath, source);
    check(
      moveMount(NR_move_mount, tree, '', AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH),
      `mount on ${target}`,
    );
  } finally {
    closeSync(tree);
  }
}

function mapIds(tree: number, usernsPath: string, source: string): void {
  const userns = openSync(usernsPath, 'r');
  try {
    const attributes = mountAttributes(userns);
    const set = setAttributes(
      NR_mount_setattr,
      tree,
      '',
      AT_EMPTY_PATH | AT_RECURSIVE,
      attributes,
      attributes.length,
    );
    check(set, `map the ids of ${source}`);
  } finally {
    closeSync(userns);
  }
}

/** struct mount_attr: attributes to set, attributes to clear, propagation, user namespace. */
function mountAttributes(userns: number): Buffer {
  const attributes = Buffer.alloc(32);
  attributes.writeBigUInt64LE(MOUNT_ATTR_IDMAP, 0);
  attributes.writeBigUInt64LE(BigInt(userns), 24);
  return attributes;
}
