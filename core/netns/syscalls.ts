/**
 * System calls for network namespaces that Node does not provide. They run in a worker thread: unshare(2) and
 * setns(2) change only the calling thread.
 */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { check, detach, libcFunction, mount, MS_BIND } from '../host/libc.ts';

const unshare = libcFunction('int unshare(int flags)');
const setns = libcFunction('int setns(int fd, int nstype)');
const socket = libcFunction('int socket(int domain, int type, int protocol)');
const ioctl = libcFunction('int ioctl(int fd, ulong request, void *argument)');
const close = libcFunction('int close(int fd)');

/** sched.h, sys/socket.h, linux/sockios.h, linux/if.h. */
const CLONE_NEWNET = 0x40000000;
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const siocgifflags = 0x8913;
const siocsifflags = 0x8914;
const IFF_UP = 1;
/** struct ifreq: a name of 16 bytes, then a union that begins with the flags. */
const ifreqSize = 40;
const ifnamsiz = 16;

/** Creates a network namespace with loopback up and binds it to the existing, empty file `path`. */
export function createNetns(path: string): void {
  elsewhere(() => {
    check(unshare(CLONE_NEWNET), 'unshare');
    raiseLoopback();
    check(mount('/proc/thread-self/ns/net', path, null, MS_BIND, null), `mount on ${path}`);
  });
}

/** Binds the network namespace of a process, with loopback up, to the existing, empty file `path`. */
export function adoptNetns(path: string, pid: number): void {
  check(mount(`/proc/${pid}/ns/net`, path, null, MS_BIND, null), `mount on ${path}`);
  inNetns(path, raiseLoopback);
}

/** Returns proc_net_dev(5) of the network namespace at `path`. */
export function countersIn(path: string): string {
  return inNetns(path, () => readFileSync('/proc/thread-self/net/dev', 'utf8'));
}

/** Returns a new TCP socket of the network namespace at `path`: its file descriptor, which belongs to the caller. */
export function socketIn(path: string, family: 4 | 6): number {
  return inNetns(path, () =>
    check(socket(family === 4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), 'socket'),
  );
}

/** Unmounts the file. The namespace ends with its last process. Succeeds if nothing is mounted. */
export function releaseNetns(path: string): void {
  detach(path);
}

function inNetns<T>(path: string, run: () => T): T {
  return elsewhere(() => {
    const namespace = openSync(path, 'r');
    try {
      check(setns(namespace, CLONE_NEWNET), 'setns');
      return run();
    } finally {
      closeSync(namespace);
    }
  });
}

/** Runs a function that enters another network namespace, then returns to the original one. */
function elsewhere<T>(run: () => T): T {
  const home = openSync('/proc/thread-self/ns/net', 'r');
  try {
    try {
      return run();
    } finally {
      check(setns(home, CLONE_NEWNET), 'setns');
    }
  } finally {
    closeSync(home);
  }
}

function raiseLoopback(): void {
  const fd = check(socket(AF_INET, SOCK_DGRAM, 0), 'socket');
  try {
    const request = Buffer.alloc(ifreqSize);
    request.write('lo', 'latin1');
    check(ioctl(fd, siocgifflags, request), 'SIOCGIFFLAGS lo');
    request.writeInt16LE(request.readInt16LE(ifnamsiz) | IFF_UP, ifnamsiz);
    check(ioctl(fd, siocsifflags, request), 'SIOCSIFFLAGS lo');
  } finally {
    close(fd);
  }
}
