/** Tells systemd how the daemon is (sd_notify(3)); does nothing when it was not started by systemd. */
import koffi from 'koffi';
import { messageOf } from '../../hooks/errors.ts';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
/** Offset of sun_path in struct sockaddr_un (unix(7)). */
const pathOffset = 2;

/** `state` is `READY=1`, `RELOADING=1`, `STOPPING=1` or `STATUS=…`. Answers why it could not be told, if so. */
export function notifySystemd(state: string, address = process.env['NOTIFY_SOCKET']): string | undefined {
  if (!address) return undefined;
  try {
    send(state, address);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Node has no unix datagram sockets. */
function send(state: string, address: string): void {
  const libc = koffi.load('libc.so.6');
  const socket = libc.func('int socket(int domain, int type, int protocol)');
  const sendto = libc.func(
    'long sendto(int fd, void *data, size_t length, int flags, void *address, uint size)',
  );
  const close = libc.func('int close(int fd)');
  const fd = socket(AF_UNIX, SOCK_DGRAM, 0) as number;
  if (fd < 0) throw new Error(`socket: errno ${koffi.errno()}`);
  try {
    const data = Buffer.from(state);
    const to = socketAddress(address);
    const sent = sendto(fd, data, data.length, 0, to, to.length) as number;
    if (sent < 0) throw new Error(`sendto ${address}: errno ${koffi.errno()}`);
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
