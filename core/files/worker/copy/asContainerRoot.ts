import { check, libcFunction } from '../../../host/libc.ts';

const prctl = libcFunction('int prctl(int option, ulong value, ulong third, ulong fourth, ulong fifth)');
const setfsuid = libcFunction('int setfsuid(uint uid)');
const setfsgid = libcFunction('int setfsgid(uint gid)');

/** linux/prctl.h; SECBIT_NO_SETUID_FIXUP of linux/securebits.h. */
const PR_SET_SECUREBITS = 28;
const noSetuidFixup = 4;

/**
 * Creates files as the root of a container: a mount with its ids refuses those of others (EOVERFLOW). The rights of
 * this process stay, as owners of files differ (setfsuid(2), capabilities(7)).
 */
export function asContainerRoot<T>({ uid, gid }: { uid: number; gid: number }, run: () => T): T {
  if (uid === 0 && gid === 0) return run();
  check(prctl(PR_SET_SECUREBITS, noSetuidFixup, 0, 0, 0), 'keep the capabilities');
  setfsgid(gid);
  setfsuid(uid);
  try {
    return run();
  } finally {
    setfsuid(0);
    setfsgid(0);
  }
}
