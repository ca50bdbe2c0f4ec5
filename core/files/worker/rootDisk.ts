/** The file with ext4 that limits what a container can write: it is mounted on the directory of its snapshot. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { umount } from '../../host/libc.ts';
import { mountOn, readMountinfo } from '../../host/mountinfo.ts';
import type { FileOperations } from '../protocol.ts';
import { runTool } from './runTool.ts';

/**
 * No reserve for root, a small journal for small ones, and inodes for small files. The tables are written as they are
 * used, so that a new file takes some hundred KiB.
 */
const format = [
  ...['-q', '-F', '-b', '4096', '-i', '8192', '-m', '0'],
  ...['-E', 'lazy_itable_init=1,lazy_journal_init=1,nodiscard'],
];

/** The directories of an overlay (fs, work) come from the snapshot. The rename makes it whole or absent. */
export function makeDisk({ path, bytes, snapshot }: FileOperations['makeDisk']['args']): null {
  if (existsSync(path)) return null;
  const unfinished = `${path}.unfinished`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(unfinished, '', { mode: 0o600 });
    truncateSync(unfinished, bytes);
    runTool('mkfs.ext4', [...format, '-d', snapshot, '--', unfinished]);
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
  return null;
}

/** Returns false if it does not exist. mount(8) finds the loop device of a file that has one. */
export function attachDisk({ path, snapshot }: FileOperations['attachDisk']['args']): boolean {
  if (!existsSync(path)) return false;
  // What files leave goes back to the host.
  if (!isMounted(snapshot)) runTool('mount', ['-t', 'ext4', '-o', 'loop,discard', '--', path, snapshot]);
  return true;
}

/** A file that is larger than its file system takes no space: it stays so after a failure. */
export function growDisk({ path, bytes, snapshot }: FileOperations['growDisk']['args']): null {
  const mount = mountOn(snapshot, readMountinfo());
  if (statSync(path).size < bytes) truncateSync(path, bytes);
  if (mount?.type === 'ext4') {
    runTool('losetup', ['-c', mount.source]);
    runTool('resize2fs', ['--', mount.source]);
  } else {
    // resize2fs(8) asks for it.
    runTool('e2fsck', ['-f', '-p', '--', path]);
    runTool('resize2fs', ['--', path]);
  }
  return null;
}

/** The loop device goes with its last mount. */
export function detachDisk({ snapshot }: FileOperations['detachDisk']['args']): null {
  while (isMounted(snapshot)) unmount(snapshot);
  return null;
}

export function removeDisk({ path, snapshot }: FileOperations['removeDisk']['args']): null {
  if (snapshot !== null) detachDisk({ snapshot });
  for (const file of [path, `${path}.unfinished`]) rmSync(file, { force: true });
  const directory = dirname(path);
  if (existsSync(directory) && readdirSync(directory).length === 0) rmSync(directory, { recursive: true });
  return null;
}

/** Bytes that it takes on the host; null if it does not exist. */
export function diskUsage({ path }: FileOperations['diskUsage']['args']): number | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? found.blocks * 512 : null;
}

/** A mount namespace of another process may still have it. */
function unmount(snapshot: string): void {
  try {
    umount(snapshot, { lazily: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
    umount(snapshot, { lazily: true });
  }
}

function isMounted(path: string): boolean {
  return mountOn(path, readMountinfo())?.type === 'ext4';
}
