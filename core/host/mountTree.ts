/**
 * Mounts that are attached nowhere yet: copied, changed, then moved to their place (open_tree(2), mount_setattr(2),
 * move_mount(2)).
 */
import { closeSync } from 'node:fs';
import { check, libcFunction } from './libc.ts';

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
const AT_RECURSIVE = 0x8000;
const OPEN_TREE_CLONE = 1;
const OPEN_TREE_CLOEXEC = 0o2000000;
const MOVE_MOUNT_F_EMPTY_PATH = 4;
const MOVE_MOUNT_T_EMPTY_PATH = 0x40;

export interface MountChange {
  /** MOUNT_ATTR_… to set. */
  attributes: bigint;
  /** Descriptor of the user namespace of MOUNT_ATTR_IDMAP. */
  userns?: number;
  /** The mounts below the source, too. */
  isRecursive?: boolean;
  /** What it does, for errors. */
  what: string;
}

/** Calls `run` with the descriptor of a copy of the mount of `source`. @throws Error with the errno as its `code` */
export function withMountTree<T>(source: string, change: MountChange, run: (tree: number) => T): T {
  const recursive = change.isRecursive ? AT_RECURSIVE : 0;
  const flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | recursive;
  const tree = check(openTree(NR_open_tree, AT_FDCWD, source, flags), source);
  try {
    const attributes = mountAttributes(change);
    const size = attributes.length;
    const set = setAttributes(NR_mount_setattr, tree, '', AT_EMPTY_PATH | recursive, attributes, size);
    check(set, change.what);
    return run(tree);
  } finally {
    closeSync(tree);
  }
}

/** struct mount_attr: attributes to set, attributes to clear, propagation, user namespace. */
function mountAttributes({ attributes, userns = 0 }: MountChange): Buffer {
  const struct = Buffer.alloc(32);
  struct.writeBigUInt64LE(attributes, 0);
  struct.writeBigUInt64LE(BigInt(userns), 24);
  return struct;
}

/** Attaches the mount at a path. */
export function attachAt(tree: number, target: string): void {
  check(moveMount(NR_move_mount, tree, '', AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH), `mount on ${target}`);
}

/** Attaches the mount at an open file or directory, which `target` names in errors. */
export function attachOn(tree: number, place: number, target: string): void {
  const flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
  check(moveMount(NR_move_mount, tree, '', place, '', flags), `mount on ${target}`);
}
