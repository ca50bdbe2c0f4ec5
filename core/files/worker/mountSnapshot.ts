/** Mounts of a container's root file system, for a moment and for this worker's own work. */
import { mkdirSync, rmdirSync } from 'node:fs';
import { ignoreMissing } from '../../host/ignoreMissing.ts';
import { check, detach, mount, MS_BIND, MS_RDONLY, MS_REC } from '../../host/libc.ts';
import type { SnapshotMount } from '../protocol.ts';

/**
 * Mounts a snapshot on a new directory like mount(8), read-only unless it is to be written. No file of it is executed,
 * and no device of it is opened.
 */
export function mountSnapshot(
  { type, source, options }: SnapshotMount,
  mountPoint: string,
  { writable = false }: { writable?: boolean } = {},
): void {
  release(mountPoint);
  mkdirSync(mountPoint, { recursive: true, mode: 0o700 });
  if (type === 'bind') {
    check(mount(source, mountPoint, null, MS_BIND | MS_REC, null), `mount on ${mountPoint}`);
    return;
  }
  const data = (writable ? options.filter((one) => one !== 'rw') : readOnly(options)).join(',');
  check(
    mount(source, mountPoint, type, writable ? 0 : MS_RDONLY, Buffer.from(`${data}\0`)),
    `mount on ${mountPoint}`,
  );
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
export function release(mountPoint: string): void {
  detach(mountPoint);
  try {
    rmdirSync(mountPoint);
  } catch (error) {
    ignoreMissing(error as NodeJS.ErrnoException);
  }
}
