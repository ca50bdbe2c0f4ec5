/** Mounts files of the host in a container that runs, and takes such mounts away. The container is not trusted. */
import { mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { check, libcFunction, umount } from '../../host/libc.ts';
import { isMountId } from '../../host/mountinfo.ts';
import { attachOn, withMountTree } from '../../host/mountTree.ts';
import type { FileOperations } from '../protocol.ts';
import { openContainerProcess, openContainerRoot } from './containerRoot.ts';
import { inMountNamespace } from './inMountNamespace.ts';
import { handlePath, openInside, using } from './openInside.ts';

const fchdir = libcFunction('int fchdir(int fd)');
const setfsuid = libcFunction('int setfsuid(uint uid)');
const setfsgid = libcFunction('int setfsgid(uint gid)');

/** MOUNT_ATTR_… of mount options (linux/mount.h). */
const attributes: Readonly<Record<string, bigint>> = { ro: 0x1n, nosuid: 0x2n, nodev: 0x4n, noexec: 0x8n };
const MOUNT_ATTR_IDMAP = 0x100000n;

/** A path through a link would let the container choose another place for the mount. */
const asNamed = { links: 'refused' } as const;

type Ids = FileOperations['bindInside']['args']['owner'];

/** Handles of a container: its /proc/PID, its mount namespace and its root. */
export interface RunningContainer {
  process: number;
  namespace: number;
  root: number;
}

export function bindInside({ init, ...args }: FileOperations['bindInside']['args']): null {
  const { source, target, options, userns } = args;
  return withContainer(init, ({ namespace, root }) => {
    makeMountPoint(root, args);
    return withUserns(userns, (mapped) => {
      const what = `mount ${source}`;
      const change = { attributes: attributesOf(options, userns), isRecursive: true, what, ...mapped };
      return withMountTree(source, change, (tree) =>
        using(openInside(root, target, asNamed), (place) => {
          inMountNamespace(namespace, () => attachOn(tree, place, target));
          return null;
        }),
      );
    });
  });
}

export function unbindInside(args: FileOperations['unbindInside']['args']): boolean {
  const { init, target, force } = args;
  return withContainer(init, ({ process, namespace, root }) => {
    if (!isMountPoint(process, root, target)) return false;
    return using(openInside(root, dirname(target), asNamed), (parent) => {
      inMountNamespace(namespace, () => {
        check(fchdir(parent), `enter ${dirname(target)}`);
        umount(basename(target), { lazily: force });
      });
      return true;
    });
  });
}

export function withContainer<T>(
  init: FileOperations['bindInside']['args']['init'],
  run: (container: RunningContainer) => T,
): T {
  return using(openContainerProcess(init), (process) =>
    using(openSync(`${handlePath(process)}/ns/mnt`, 'r'), (namespace) =>
      using(openContainerRoot(init), (root) => run({ process, namespace, root })),
    ),
  );
}

function attributesOf(options: readonly string[], userns: string | null): bigint {
  return mountAttributes(options) | (userns === null ? 0n : MOUNT_ATTR_IDMAP);
}

/** Options of mount(8) for mount_setattr(2); those that have no attribute are left out. */
export function mountAttributes(options: readonly string[]): bigint {
  return options.reduce((all, option) => all | (attributes[option] ?? 0n), 0n);
}

function withUserns<T>(path: string | null, run: (mapped: { userns?: number }) => T): T {
  if (path === null) return run({});
  return using(openSync(path, 'r'), (userns) => run({ userns }));
}

/** Creates what is missing, as the runtime does at a start: a directory, or an empty file for a file. */
function makeMountPoint(
  root: number,
  { source, target, owner }: Pick<FileOperations['bindInside']['args'], 'source' | 'target' | 'owner'>,
): void {
  if (statSync(source).isDirectory()) return makeDirectories(root, target, owner);
  makeDirectories(root, dirname(target), owner);
  if (!exists(root, target))
    makeIn(root, target, owner, (path) => writeFileSync(path, '', { flag: 'wx', mode: 0o644 }));
}

/** Creates a directory and those above it, as far as they are missing. */
export function makeDirectories(root: number, directory: string, owner: Ids): void {
  const parts = directory.split('/').filter(Boolean);
  for (const count of parts.keys()) {
    const path = `/${parts.slice(0, count + 1).join('/')}`;
    if (!exists(root, path)) makeIn(root, path, owner, (made) => mkdirSync(made, { mode: 0o755 }));
  }
}

/** Calls `make` with a path that leads to the parent of `path` whatever the container does. */
export function makeIn(root: number, path: string, owner: Ids, make: (path: string) => void): void {
  using(openInside(root, dirname(path), asNamed), (parent) =>
    asOwner(owner, () => make(`${handlePath(parent)}/${basename(path)}`)),
  );
}

function exists(root: number, path: string): boolean {
  return atPlace(root, path, () => true) ?? false;
}

/** Calls `run` with a handle of a path; returns undefined if it does not exist. */
export function atPlace<T>(root: number, path: string, run: (place: number) => T): T | undefined {
  let place: number;
  try {
    place = openInside(root, path, asNamed);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return using(place, run);
}

/** With the rights of the container's root, of which this thread is the only one (setfsuid(2)). */
function asOwner(owner: Ids, run: () => void): void {
  const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
  setfsgid(owner.gid);
  setfsuid(owner.uid);
  try {
    run();
  } finally {
    setfsuid(uid);
    setfsgid(gid);
  }
}

/** Whether a mount is on the path itself: the handle of its root has the id of that mount (proc_pid_fdinfo(5)). */
export function isMountPoint(process: number, root: number, target: string): boolean {
  const isOn = atPlace(root, target, (place) => {
    const [, id = ''] = /^mnt_id:\t(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${place}`, 'utf8')) ?? [];
    return isMountId(id, target, readFileSync(`${handlePath(process)}/mountinfo`, 'utf8'));
  });
  return isOn ?? false;
}
