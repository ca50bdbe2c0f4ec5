/** Functions of the C library that Node does not provide, called with koffi. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type Koffi from 'koffi';

/** Bun's compiled executable has no native modules. It is in bin/, beside the project's node_modules. */
const from = process.versions['bun'] ? join(dirname(process.execPath), '../package.json') : import.meta.url;

/** Loaded at the first call: tests of plugins import what they never call, and may have neither koffi nor Linux. */
const koffi = once(() => createRequire(from)('koffi') as typeof Koffi);
const libc = once(() => koffi().load('libc.so.6'));

type Call = (...args: unknown[]) => number;

export function libcFunction(prototype: string): Call {
  const found = once(() => libc().func(prototype) as Call);
  return (...args) => found()(...args);
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

export const mount = libcFunction('int mount(str source, str target, str type, ulong flags, void *data)');
const umount2 = libcFunction('int umount2(str target, int flags)');

/** sys/mount.h. */
export const MS_RDONLY = 1;
export const MS_BIND = 0x1000;
export const MS_REC = 0x4000;
const MNT_DETACH = 2;
/** UMOUNT_NOFOLLOW. */
const umountNoFollow = 8;
const EINVAL = 22;
const ENOENT = 2;

/** Unmounts lazily, even if processes use it. Succeeds if nothing is mounted on the path. @throws Error */
export function detach(path: string): void {
  const failed = umount2(path, MNT_DETACH) < 0;
  if (failed && ![EINVAL, ENOENT].includes(koffi().errno())) check(-1, `umount ${path}`);
}

/** Unmounts what is mounted on a path that is not a link. @throws Error, EBUSY while processes use it unless lazily */
export function umount(path: string, { lazily }: { lazily: boolean }): void {
  check(umount2(path, umountNoFollow | (lazily ? MNT_DETACH : 0)), `umount ${path}`);
}

/** Returns the result of a call. @throws Error with the name of the errno, also as its `code`, if it is negative */
export function check(result: number, what: string): number {
  if (result >= 0) return result;
  const errno = koffi().errno();
  const name = Object.entries(koffi().os.errno).find(([, number]) => number === errno)?.[0];
  throw Object.assign(new Error(`${what}: ${name ?? `errno ${errno}`}`), { code: name });
}
