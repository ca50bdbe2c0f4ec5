/** Copies the writable layer of a container, whose processes are frozen or have ended. */
import { constants, openSync, readdirSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { check, libcFunction } from '../../host/libc.ts';
import type { FileOperations } from '../protocol.ts';
import { O_PATH, using } from './openInside.ts';
import { removeTree } from './removeTree.ts';
import { runTool } from './runTool.ts';

const syncfs = libcFunction('int syncfs(int fd)');
const ioctl = libcFunction('int ioctl(int fd, ulong request, int source)');

/** linux/fs.h: _IOW(0x94, 9, int). */
const FICLONE = 0x40049409;
/** asm-generic/fcntl.h; Node has no name for it. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

/**
 * cp(1) preserves owners, modes, times, extended attributes (with those of overlayfs), hard links, holes, device nodes
 * and so whiteouts, and shares blocks where the file system can.
 */
export function copyLayer({ from, to }: FileOperations['copyLayer']['args']): null {
  for (const name of readdirSync(to)) removeTree(join(to, name));
  using(openSync(from, O_PATH | constants.O_DIRECTORY), (source) =>
    runTool('cp', ['-a', '--reflink=auto', '--', '/proc/self/fd/3/.', to], source),
  );
  return null;
}

/** What a copy beside a directory would cost. */
export function layerSpace({
  path,
}: FileOperations['layerSpace']['args']): FileOperations['layerSpace']['result'] {
  const { bavail, bsize } = statfsSync(path);
  return { shares: sharesBlocks(path), free: bavail * bsize };
}

/** Tries it with files that have no name, and go with this worker. */
function sharesBlocks(directory: string): boolean {
  const open = () => openSync(directory, O_TMPFILE | constants.O_RDWR, 0o600);
  try {
    return using(open(), (source) => {
      writeSync(source, Buffer.alloc(4096, 1));
      return using(open(), (target) => ioctl(target, FICLONE, source) >= 0);
    });
  } catch {
    return false;
  }
}

/** Writes what was copied to the disk, so that a crash of the host finds it. */
export function syncTree({ path }: FileOperations['syncTree']['args']): null {
  using(openSync(path, constants.O_RDONLY), (file) => check(syncfs(file), `syncfs ${path}`));
  return null;
}
