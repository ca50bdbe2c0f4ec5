/** Resolves untrusted paths within a directory as if it were the root (openat2(2)). */
import { closeSync, constants } from 'node:fs';
import { check, libcFunction } from '../../host/libc.ts';

const openat2 = libcFunction('long syscall(long number, int dirfd, void *path, void *how, ulong size)');

/** The same on all architectures (asm-generic/unistd.h, and x86's table). */
const NR_openat2 = 437;
/** asm-generic/fcntl.h; Node has no name for it. */
export const O_PATH = 0o10000000;
/** asm-generic/fcntl.h, linux/openat2.h. */
const O_CLOEXEC = 0o2000000n;
const O_NOFOLLOW = BigInt(constants.O_NOFOLLOW);
const RESOLVE_NO_MAGICLINKS = 0x02n;
const RESOLVE_NO_SYMLINKS = 0x04n;
const RESOLVE_IN_ROOT = 0x10n;
/** struct open_how: flags, mode, resolve. */
const openHowBytes = 24;
/** Attempts: a concurrent rename makes the lookup of a `..` fail with EAGAIN. */
const tries = 16;

/**
 * Opens a handle (O_PATH) of `path` in the directory `root`. Links, also absolute ones, and `..` stay inside; the
 * links of procfs that lead out (`/proc/1/root`) are ELOOP. The file itself is not opened, which matters for devices
 * and FIFOs. With `links: 'refused'` a path through any link is ELOOP; with `'kept'` the last part of the path may be
 * one, of which the handle is then. Names of files that are not UTF-8 are passed as bytes.
 * @throws Error with the errno as its code
 */
export function openInside(
  root: number,
  path: string | Buffer,
  { links = 'followed' }: { links?: 'followed' | 'refused' | 'kept' } = {},
): number {
  const how = Buffer.alloc(openHowBytes);
  const flags = BigInt(O_PATH) | O_CLOEXEC;
  how.writeBigUInt64LE(links === 'kept' ? flags | O_NOFOLLOW : flags, 0);
  const resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  how.writeBigUInt64LE(links === 'refused' ? resolve | RESOLVE_NO_SYMLINKS : resolve, 16);
  const text = Buffer.concat([Buffer.from(path), Buffer.alloc(1)]);
  for (let left = tries; ; left--)
    try {
      return check(openat2(NR_openat2, root, text, how, how.length), path.toString());
    } catch (error) {
      if (left === 1 || (error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
}

/** The same; undefined if the path does not exist, or leads nowhere. */
export function openOptional(root: number, path: string): number | undefined {
  try {
    return openInside(root, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
    throw error;
  }
}

/** Returns a path of the handle for other calls. */
export function handlePath(handle: number): string {
  return `/proc/self/fd/${handle}`;
}

/** Calls `run` with a handle, then closes it. */
export function using<T>(handle: number, run: (handle: number) => T): T {
  try {
    return run(handle);
  } finally {
    closeSync(handle);
  }
}
