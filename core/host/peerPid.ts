import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { libcFunction } from './libc.ts';

const getsockopt = libcFunction('int getsockopt(int fd, int level, int name, void *value, void *length)');

/** sys/socket.h. */
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
/** struct ucred: pid, uid, gid. */
const ucredSize = 12;

/** Milliseconds; a client waits while the listener's backlog is full. */
const connectDeadlineMs = 5_000;

/**
 * Returns the pid of the process that listens on a unix socket (unix(7)); undefined if it is in another PID
 * namespace.
 */
export async function peerPid(path: string): Promise<number | undefined> {
  const socket = connect(path);
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(connectDeadlineMs) });
    const credentials = Buffer.alloc(ucredSize);
    const length = Buffer.alloc(4);
    length.writeInt32LE(ucredSize);
    if (getsockopt(descriptorOf(socket), SOL_SOCKET, SO_PEERCRED, credentials, length) < 0) return undefined;
    return credentials.readInt32LE() || undefined;
  } finally {
    socket.destroy();
  }
}

/** Node exposes the descriptor of a socket only in its internal handle. */
function descriptorOf(socket: Socket): number {
  return (socket as unknown as { _handle: { fd: number } })._handle.fd;
}
