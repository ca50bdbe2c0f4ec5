import { check, libcFunction } from './libc.ts';

const getsockopt = libcFunction(
  'int getsockopt(int fd, int level, int name, void *value, _Inout_ uint32 *length)',
);

/** asm-generic/socket.h. */
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
/** `struct ucred`: pid, uid and gid (unix(7)). */
const ucredBytes = 12;

/** Returns the process that has connected a Unix socket, as it was then. @throws Error of the system call */
export function socketPeer(fd: number): { pid: number; uid: number; gid: number } {
  const ucred = Buffer.alloc(ucredBytes);
  check(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, ucred, [ucredBytes]), 'getsockopt SO_PEERCRED');
  return { pid: ucred.readInt32LE(0), uid: ucred.readUInt32LE(4), gid: ucred.readUInt32LE(8) };
}
