/** The files of a container for a copy, as its processes see them or would see them. */
import { constants, mkdirSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { check, libcFunction, mount, MS_RDONLY, MS_REC } from '../../../host/libc.ts';
import { attachOn, withMountTree } from '../../../host/mountTree.ts';
import { rootIds } from '../../../userns/ids.ts';
import { mountMapped } from '../../../userns/idmappedMount.ts';
import type { ContainerView, SnapshotMount, ViewMount } from '../../protocol.ts';
import { makeDirectories, makeIn, mountAttributes } from '../bindInside.ts';
import { openContainerRoot } from '../containerRoot.ts';
import { mountSnapshot } from '../mountSnapshot.ts';
import { handlePath, O_PATH, openInside, openOptional, using } from '../openInside.ts';

const unshare = libcFunction('int unshare(int flags)');

/** linux/sched.h, sys/mount.h, linux/mount.h. */
const CLONE_NEWNS = 0x20000;
const MS_SLAVE = 0x80000;
const MOUNT_ATTR_IDMAP = 0x100000n;

/** An option of ViewMount. */
const absent = 'absent';

type Stored = Exclude<ContainerView, { init: unknown }>;

/** Calls `run` with a handle of the root. */
export function withView<T>(view: ContainerView, run: (root: number) => T): T {
  return using('init' in view ? openContainerRoot(view.init) : mountView(view), run);
}

/** In a mount namespace of this process: what is mounted goes with it, however it ends. */
function mountView(view: Stored): number {
  check(unshare(CLONE_NEWNS), 'create a mount namespace');
  check(mount(null, '/', null, MS_SLAVE | MS_REC, null), 'keep mounts in this namespace');
  const { scratch } = view;
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  check(mount('tmpfs', scratch, 'tmpfs', 0, Buffer.from('mode=700\0')), `mount on ${scratch}`);
  const place = join(scratch, 'root');
  const snapshot = view.userns === null ? view.snapshot : mapped(view.snapshot, view.userns, scratch);
  mountSnapshot(snapshot, place, { writable: view.isWritable });
  const root = openSync(place, O_PATH | constants.O_DIRECTORY);
  for (const one of view.mounts) attach(root, one, view);
  if (view.isReadonly) remountReadonly(place);
  return root;
}

/** The image's layers with the container's ids: see the effect `idmap`. */
function mapped(snapshot: SnapshotMount, userns: string, scratch: string): SnapshotMount {
  let count = 0;
  const mapOne = (source: string) => {
    const target = join(scratch, `layer-${count++}`);
    mkdirSync(target);
    mountMapped(source, target, userns);
    return target;
  };
  if (snapshot.type === 'bind') return { ...snapshot, source: mapOne(snapshot.source) };
  const prefix = 'lowerdir=';
  const options = snapshot.options.map((option) =>
    option.startsWith(prefix)
      ? `${prefix}${option.slice(prefix.length).split(':').map(mapOne).join(':')}`
      : option,
  );
  return { ...snapshot, options };
}

/** What the runtime would mount. A source that does not exist is left out, as its mount point is then. */
function attach(root: number, { source, target, options }: ViewMount, view: Stored): void {
  if (options.includes(absent)) return attachNothing(root, target);
  const found = statSync(source, { throwIfNoEntry: false });
  if (!found || (!found.isDirectory() && !found.isFile())) return;
  const userns = options.includes('idmap') ? view.userns : null;
  if (view.isWritable) makePlace(root, target, found.isDirectory(), rootIds(view));
  const place = openOptional(root, target);
  if (place === undefined) return;
  using(place, () => {
    const attributes = mountAttributes(options) | (userns === null ? 0n : MOUNT_ATTR_IDMAP);
    const change = { attributes, isRecursive: true, what: `mount ${source}` };
    const attachTree = (handle?: number) =>
      withMountTree(source, { ...change, ...(handle !== undefined && { userns: handle }) }, (tree) =>
        attachOn(tree, place, target),
      );
    if (userns === null) attachTree();
    else using(openSync(userns, 'r'), attachTree);
  });
}

/** Data that a driver mounts at the start: what was written below it now would be hidden then. */
function attachNothing(root: number, target: string): void {
  const place = openOptional(root, target);
  if (place === undefined) return;
  using(place, () =>
    check(mount('tmpfs', handlePath(place), 'tmpfs', MS_RDONLY, null), `mount on ${target}`),
  );
}

/** A container that never ran may have no mount points yet. */
function makePlace(
  root: number,
  target: string,
  isDirectory: boolean,
  owner: { uid: number; gid: number },
): void {
  const found = openOptional(root, target);
  if (found !== undefined) return using(found, () => undefined);
  if (isDirectory) return makeDirectories(root, target, owner);
  makeDirectories(root, join(target, '..'), owner);
  makeIn(root, target, owner, (path) => {
    using(
      openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o644),
      () => undefined,
    );
  });
}

const MS_REMOUNT = 0x20;
const MS_BIND = 0x1000;

/** The mount points exist by now. */
function remountReadonly(place: string): void {
  check(mount(null, place, null, MS_REMOUNT | MS_BIND | MS_RDONLY, null), `mount ${place} read-only`);
}

/** Opens a directory of the container, following links. @throws Error with the errno as its code */
export function openDirectory(root: number, path: string): number {
  return openInside(root, Buffer.from(`${path}/.`, 'latin1'));
}
