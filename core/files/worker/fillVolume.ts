/** Fills an empty volume with the image's content at its mount point. */
import { fstatSync, mkdirSync, openSync, readdirSync, renameSync, rmdirSync } from 'node:fs';
import { check, detach, mount, MS_BIND, MS_RDONLY, MS_REC } from '../../host/libc.ts';
import type { FileOperations, SnapshotMount } from '../protocol.ts';
import { openInside, using } from './openInside.ts';
import { removeTree } from './removeTree.ts';
import { runTool } from './runTool.ts';
import { ignoreMissing } from '../../host/ignoreMissing.ts';

type FillArgs = FileOperations['fillVolume']['args'];

/**
 * Copies from a mount of the container's snapshot, which merges the layers. A rename fills the volume atomically: a
 * crash leaves it empty, never with a part of the content.
 */
export function fillVolume({ snapshot, mountPoint, path, target, staging }: FillArgs): null {
  if (readdirSync(target).length > 0) return null;
  release(mountPoint);
  mkdirSync(mountPoint, { recursive: true, mode: 0o700 });
  try {
    mountSnapshot(snapshot, mountPoint);
    const found = using(openSync(mountPoint, 'r'), (root) => openOptional(root, path));
    if (found !== undefined)
      using(found, (source) => {
        if (fstatSync(source).isDirectory()) copy(source, target, staging);
      });
  } finally {
    release(mountPoint);
  }
  return null;
}

export function clearFill({ mountPoint, staging }: FileOperations['clearFill']['args']): null {
  release(mountPoint);
  return removeTree(staging);
}

/**
 * cp(1) preserves owners, modes, times, extended attributes, links and holes. It also copies device nodes; the
 * container's cgroup controls their use, as for those of the image.
 */
function copy(source: number, target: string, staging: string): void {
  removeTree(staging);
  mkdirSync(staging);
  runTool('cp', ['-a', '--', '/proc/self/fd/3/.', staging], source);
  try {
    renameSync(staging, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The create of another container has filled it meanwhile.
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    removeTree(staging);
  }
}

function openOptional(root: number, path: string): number | undefined {
  try {
    return openInside(root, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
    throw error;
  }
}

/** Mounts a snapshot read-only, like mount(8). No file of it is executed, and no device of it is opened. */
function mountSnapshot({ type, source, options }: SnapshotMount, mountPoint: string): void {
  if (type === 'bind') {
    check(mount(source, mountPoint, null, MS_BIND | MS_REC, null), `mount on ${mountPoint}`);
    return;
  }
  const data = readOnly(options).join(',');
  check(mount(source, mountPoint, type, MS_RDONLY, Buffer.from(`${data}\0`)), `mount on ${mountPoint}`);
}

/**
 * Returns the options of an overlay without its work directory, which the kernel clears at each mount: concurrent
 * mounts of one snapshot would fail.
 */
function readOnly(options: readonly string[]): string[] {
  const valueOf = (name: string) =>
    options.find((option) => option.startsWith(`${name}=`))?.slice(name.length + 1);
  const layers = [valueOf('upperdir'), valueOf('lowerdir')].filter((layer) => layer !== undefined);
  const others = options.filter((option) => !/^(ro|rw|(upper|work|lower)dir=.*)$/.test(option));
  return layers.length > 0 ? [...others, `lowerdir=${layers.join(':')}`] : others;
}

/** Unmounts and removes the mount point; succeeds if it does not exist. */
function release(mountPoint: string): void {
  detach(mountPoint);
  try {
    rmdirSync(mountPoint);
  } catch (error) {
    ignoreMissing(error as NodeJS.ErrnoException);
  }
}
