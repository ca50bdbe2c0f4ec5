/**
 * The system calls that network namespaces need and Node does not have, through koffi. They run in a worker thread:
 * unshare(2) and setns(2) change the calling thread alone.
 */
import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';

const libc = koffi.load('libc.so.6');
const libcFunction = (prototype: string) => libc.func(prototype) as (...args: unknown[]) => number;
const unshare = libcFunction('int unshare(int flags)');
const setns = libcFunction('int setns(int fd, int nstype)');
const mount = libcFunction('int mount(str source, str target, str type, ulong flags, void *data)');
const umount2 = libcFunction('int umount2(str target, int flags)');
const socket = libcFunction('int socket(int domain, int type, int protocol)');
const ioctl = libcFunction('int ioctl(int fd, ulong request, void *argument)');
const close = libcFunction('int close(int fd)');

/** sched.h, sys/mount.h, linux/sockios.h, linux/if.h. */
const CLONE_NEWNET = 0x40000000;
const MS_BIND = 0x1000;
const MNT_DETACH = 2;
const AF_INET = 2;
const SOCK_DGRAM = 2;
const SIOCGIFFLAGS = 0x8913;
const SIOCSIFFLAGS = 0x8914;
const IFF_UP = 1;
/** struct ifreq: a name of 16 bytes, then a union that begins with the flags. */
const IFREQ_SIZE = 40;
const IFNAMSIZ = 16;
const EINVAL = 22;
const ENOENT = 2;

/** Makes a network namespace with loopback up and binds it to the (existing, empty) file `path`. */
export function makeNetns(path: string): void {
  const home = openSync('/proc/thread-self/ns/net', 'r');
  try {
    check(unshare(CLONE_NEWNET), 'unshare');
    try {
      raiseLoopback();
      check(mount('/proc/thread-self/ns/net', path, null, MS_BIND, null), `mount on ${path}`);
    } finally {
      check(setns(home, CLONE_NEWNET), 'setns');
    }
  } finally {
    closeSync(home);
  }
}

/** Releases the file; the namespace ends with its last process. A file that nothing is bound to is fine. */
export function releaseNetns(path: string): void {
  const failed = umount2(path, MNT_DETACH) < 0;
  if (failed && ![EINVAL, ENOENT].includes(koffi.errno())) check(-1, `umount ${path}`);
}

function raiseLoopback(): void {
  const fd = check(socket(AF_INET, SOCK_DGRAM, 0), 'socket');
  try {
    const request = Buffer.alloc(IFREQ_SIZE);
    request.write('lo', 'latin1');
    check(ioctl(fd, SIOCGIFFLAGS, request), 'SIOCGIFFLAGS lo');
    request.writeInt16LE(request.readInt16LE(IFNAMSIZ) | IFF_UP, IFNAMSIZ);
    check(ioctl(fd, SIOCSIFFLAGS, request), 'SIOCSIFFLAGS lo');
  } finally {
    close(fd);
  }
}

function check(result: number, what: string): number {
  if (result >= 0) return result;
  const errno = koffi.errno();
  const name = Object.entries(koffi.os.errno).find(([, number]) => number === errno)?.[0];
  throw new Error(`${what}: ${name ?? `errno ${errno}`}`);
}
