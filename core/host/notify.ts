/** Notifies systemd of the daemon's state (sd_notify(3)). Does nothing if systemd did not start the daemon. */
import { messageOf } from '../../hooks/errors.ts';
import { check, libcFunction } from './libc.ts';

const socket = libcFunction('int socket(int domain, int type, int protocol)');
const sendto = libcFunction(
  'long sendto(int fd, void *data, size_t length, int flags, void *address, uint size)',
);
const close = libcFunction('int close(int fd)');

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
/** Offset of sun_path in struct sockaddr_un (unix(7)). */
const pathOffset = 2;

/** send(2): not to wait while the queue of the socket is full. */
const MSG_DONTWAIT = 0x40;

/**
 * Sends a state: `READY=1`, `RELOADING=1`, `STOPPING=1` or `STATUS=…`, one per line. Returns the problem if that fails.
 * @param address of $NOTIFY_SOCKET
 * @param waits whether to wait for a service manager that does not read: false for what may be lost
 */
export function notifySystemd(
  state: string,
  address: string | undefined,
  { waits = true }: { waits?: boolean } = {},
): string | undefined {
  if (!address) return undefined;
  try {
    send(state, address, waits ? 0 : MSG_DONTWAIT);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Uses libc: Node has no unix datagram sockets. */
function send(state: string, address: string, flags: number): void {
  const fd = check(socket(AF_UNIX, SOCK_DGRAM, 0), 'socket');
  try {
    const data = Buffer.from(state);
    const to = socketAddress(address);
    check(sendto(fd, data, data.length, flags, to, to.length), `sendto ${address}`);
  } finally {
    close(fd);
  }
}

/** An address that begins with `@` is in the abstract namespace. */
function socketAddress(address: string): Buffer {
  const path = Buffer.from(address.startsWith('@') ? `\0${address.slice(1)}` : address);
  const buffer = Buffer.alloc(pathOffset + path.length + (address.startsWith('@') ? 0 : 1));
  buffer.writeUInt16LE(AF_UNIX, 0);
  path.copy(buffer, pathOffset);
  return buffer;
}
