import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import type Koffi from 'koffi';
import type { Sender } from './sender.ts';

/** Node has no datagrams over Unix sockets, which /dev/log takes. */
function loadLibc() {
  const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
  const libc = koffi.load('libc.so.6');
  return {
    koffi,
    socket: libc.func('int socket(int domain, int type, int protocol)'),
    sendto: libc.func(
      'long sendto(int fd, const void *data, size_t length, int flags, const void *address, uint size)',
    ),
    close: libc.func('int close(int fd)'),
  };
}

let loaded: ReturnType<typeof loadLibc> | undefined;
/** Loaded at the first message: what only imports this module may be without koffi. */
const libc = () => (loaded ??= loadLibc());

/** AF_UNIX, SOCK_DGRAM, SOCK_CLOEXEC, MSG_DONTWAIT, MSG_NOSIGNAL of sys/socket.h. */
const [AF_UNIX, SOCK_DGRAM, SOCK_CLOEXEC, dontWait, noSignal] = [1, 2, 0o2000000, 0x40, 0x4000];
/** Bytes of sun_path, with its NUL (unix(7)). */
const pathBytes = 108;
/** Milliseconds until a full queue of the receiver is tried again. */
const fullPauseMs = 20;

/** A datagram per message to a Unix socket. The kernel knows whether the receiver has it. */
export class DatagramSender implements Sender {
  readonly #path: string;
  #fd = -1;

  constructor(path: string) {
    this.#path = path;
  }

  async send(messages: readonly Buffer[], signal: AbortSignal): Promise<void> {
    for (const message of messages)
      while (!this.#sent(message)) await delay(fullPauseMs, undefined, { signal });
  }

  close(): void {
    if (this.#fd >= 0) libc().close(this.#fd);
    this.#fd = -1;
  }

  /** False if the receiver has no room. */
  #sent(message: Buffer): boolean {
    const { koffi, socket, sendto } = libc();
    if (this.#fd < 0) this.#fd = checked(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) as number, 'socket');
    const address = addressOf(this.#path);
    const flags = dontWait | noSignal;
    const result = Number(sendto(this.#fd, message, message.length, flags, address, address.length));
    if (result < 0 && [koffi.os.errno.EAGAIN, koffi.os.errno.ENOBUFS].includes(koffi.errno())) return false;
    checked(result, `unix://${this.#path}`);
    return true;
  }
}

/** A sockaddr_un. */
function addressOf(path: string): Buffer {
  const name = Buffer.from(path);
  if (name.length >= pathBytes)
    throw new Error(`expected a path of at most ${pathBytes - 1} bytes, found ${path}`);
  const address = Buffer.alloc(2 + name.length + 1);
  address.writeUInt16LE(AF_UNIX, 0);
  name.copy(address, 2);
  return address;
}

function checked(result: number, what: string): number {
  if (result >= 0) return result;
  const { koffi } = libc();
  const number = koffi.errno();
  const name = Object.entries(koffi.os.errno).find(([, value]) => value === number)?.[0];
  throw new Error(`${what}: ${name ?? `errno ${number}`}`);
}
