import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import type { Address } from './address.ts';
import type { Sender } from './sender.ts';

type Server = Extract<Address, { kind: 'udp' | 'tcp' }>;

/** A datagram per message (RFC 5426). A server that is away is not noticed: UDP does not report it. */
export class UdpSender implements Sender {
  readonly #server: Server;
  #socket: { socket: Socket; family: number } | undefined;

  constructor(server: Server) {
    this.#server = server;
  }

  async send(messages: readonly Buffer[], signal: AbortSignal): Promise<void> {
    const { address, family } = await lookup(this.#server.host);
    const socket = this.#socketOf(family);
    for (const message of messages) {
      signal.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        socket.send(message, this.#server.port, address, (error) => (error ? reject(error) : resolve()));
      });
    }
  }

  close(): void {
    this.#socket?.socket.close();
    this.#socket = undefined;
  }

  #socketOf(family: number): Socket {
    if (this.#socket?.family === family) return this.#socket.socket;
    this.close();
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4').unref();
    socket.on('error', () => this.close());
    this.#socket = { socket, family };
    return socket;
  }
}
