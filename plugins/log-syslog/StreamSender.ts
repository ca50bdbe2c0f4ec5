import { connect, type Socket } from 'node:net';
import type { Address } from './address.ts';
import type { Sender } from './sender.ts';

type Server = Extract<Address, { kind: 'udp' | 'tcp' }>;

/** Milliseconds. */
const connectMs = 5_000;

/**
 * One connection for all messages, each with its length before it (RFC 6587, octet counting). The protocol has no
 * acknowledgement: what the kernel has when the connection breaks may be lost.
 */
export class StreamSender implements Sender {
  readonly #server: Server;
  #connection: Promise<Socket> | undefined;

  constructor(server: Server) {
    this.#server = server;
  }

  async send(messages: readonly Buffer[], signal: AbortSignal): Promise<void> {
    const socket = await (this.#connection ??= this.#connect());
    const framed = Buffer.concat(messages.flatMap((message) => [Buffer.from(`${message.length} `), message]));
    // A server that does not read blocks the connection for all: it is given up.
    const giveUp = () => socket.destroy(new Error('the syslog server does not read'));
    signal.addEventListener('abort', giveUp);
    try {
      await new Promise<void>((resolve, reject) => {
        socket.write(framed, (error) => (error ? reject(error) : resolve()));
      });
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  close(): void {
    void this.#connection?.then(
      (socket) => socket.destroy(),
      () => undefined,
    );
    this.#connection = undefined;
  }

  async #connect(): Promise<Socket> {
    const { host, port } = this.#server;
    const socket = connect({ host, port }).unref();
    const forget = () => {
      this.#connection = undefined;
    };
    // Also the end of a server that has closed its half: what is written then is lost.
    socket.on('end', () => socket.destroy());
    socket.on('close', forget);
    socket.resume();
    return await new Promise((resolve, reject) => {
      socket.setTimeout(connectMs, () => socket.destroy(new Error(`no connection within ${connectMs} ms`)));
      socket.on('error', (error) => {
        forget();
        reject(new Error(`syslog server tcp://${host}:${port}: ${error.message}`));
      });
      socket.once('connect', () => {
        socket.setTimeout(0);
        resolve(socket);
      });
    });
  }
}
