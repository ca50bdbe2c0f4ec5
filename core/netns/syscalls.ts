/**
 * System calls for network namespaces that Node does not provide. They run in a worker thread: unshare(2) and
 * setns(2) change only the calling thread.
 */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { check, detach, libcFunction, mount, MS_BIND } from '../host/libc.ts';
import { type Redirect, redirect } from './redirect.ts';

const unshare = libcFunction('int unshare(int flags)');
const setns = libcFunction('int setns(int fd, int nstype)');
const socket = libcFunction('int socket(int domain, int type, int protocol)');
const ioctl = libcFunction('int ioctl(int fd, ulong request, void *argument)');
const setsockopt = libcFunction(
  'int setsockopt(int fd, int level, int option, void *value, uint32_t length)',
);
const bind = libcFunction('int bind(int fd, void *address, uint32_t length)');
const close = libcFunction('int close(int fd)');

/** sched.h, sys/socket.h, linux/sockios.h, linux/if.h. */
const CLONE_NEWNET = 0x40000000;
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
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

/** Returns a new socket of the network namespace at `path`: its file descriptor, which belongs to the caller. */
export function socketIn(path: string, family: 4 | 6, type: 'tcp' | 'udp' = 'tcp'): number {
  const flags = (type === 'tcp' ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;
  return inNetns(path, () => check(socket(family === 4 ? AF_INET : AF_INET6, flags, 0), 'socket'));
}

/** Sockets of a network namespace. Their file descriptors belong to the caller. */
export interface BoundSockets {
  udp: number;
  tcp: number;
}

/**
 * Returns a UDP and a TCP socket of the network namespace at `path`, bound to one address; neither listens yet. Port 0:
 * any, each its own.
 */
export function boundSocketsIn(path: string, address: string, port: number): BoundSockets {
  const bound = (type: number) => boundSocket(type, sockaddrIn(address, port));
  return inNetns(path, () => {
    const udp = bound(SOCK_DGRAM);
    try {
      return { udp, tcp: bound(SOCK_STREAM) };
    } catch (error) {
      close(udp);
      throw error;
    }
  });
}

/** The rules of `redirect` in the network namespace at `path`. */
export function redirectIn(path: string, wanted: Redirect): number {
  return inNetns(path, () => redirect(wanted));
}

function boundSocket(type: number, address: Buffer): number {
  const fd = check(socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), 'socket');
  try {
    const on = Buffer.from([1, 0, 0, 0]);
    // Connections of an earlier listener may still be closing. UDP sockets that share a port would share datagrams.
    if (type === SOCK_STREAM)
      check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, on, on.length), 'setsockopt SO_REUSEADDR');
    check(bind(fd, address, address.length), 'bind');
    return fd;
  } catch (error) {
    close(fd);
    throw error;
  }
}

/** struct sockaddr_in, ip(7). */
function sockaddrIn(address: string, port: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16LE(AF_INET);
  bytes.writeUInt16BE(port, 2);
  bytes.set(address.split('.').map(Number), 4);
  return bytes;
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
