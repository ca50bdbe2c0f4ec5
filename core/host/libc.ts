/** Calls of the C library that Node does not have, through koffi. */
import { koffi } from './koffi.ts';

const libc = koffi.load('libc.so.6');

export function libcFunction(prototype: string): (...args: unknown[]) => number {
  return libc.func(prototype) as (...args: unknown[]) => number;
}

export const mount = libcFunction('int mount(str source, str target, str type, ulong flags, void *data)');
const umount2 = libcFunction('int umount2(str target, int flags)');

/** sys/mount.h. */
export const MS_RDONLY = 1;
export const MS_BIND = 0x1000;
export const MS_REC = 0x4000;
const MNT_DETACH = 2;
const EINVAL = 22;
const ENOENT = 2;

/** Unmounts at once, whoever uses it; a path that nothing is mounted on is fine. @throws Error */
export function detach(path: string): void {
  const failed = umount2(path, MNT_DETACH) < 0;
  if (failed && ![EINVAL, ENOENT].includes(koffi.errno())) check(-1, `umount ${path}`);
}

/** The result of a call, unless it is a failure. @throws Error with the name of the errno, also as its `code` */
export function check(result: number, what: string): number {
  if (result >= 0) return result;
  const errno = koffi.errno();
  const name = Object.entries(koffi.os.errno).find(([, number]) => number === errno)?.[0];
  throw Object.assign(new Error(`${what}: ${name ?? `errno ${errno}`}`), { code: name });
}
