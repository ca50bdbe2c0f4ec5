import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { statSync } from 'node:fs';
import { endRedirect } from '../../netns/redirect.ts';
import { boundSocketsIn, redirectIn } from '../../netns/syscalls.ts';
import { resolverAddress } from '../protocol.ts';
import { Allowance } from './Allowance.ts';
import { FrameSplitter, framed } from './framing.ts';
import { maxQueryBytes } from './message.ts';

const dnsPort = 53;
/** Queries of one container per second; more are dropped. */
const queriesPerSecond = 5000;
/** Connections of one container. */
const maxConnections = 32;
/** Milliseconds that a connection may be silent. */
const idleMs = 10_000;
/** Queries that wait for their responses on one connection. */
const maxPipelined = 16;

/** That the kernel has no rules for this. */
let isReported = false;

/** Resolves to the response, or to undefined: nothing is sent. */
export type Respond = (message: Buffer, transport: 'udp' | 'tcp') => Promise<Buffer | undefined>;

/** Listens at 127.0.0.11 in the network namespace of one container. */
export class ContainerResolver {
  readonly netns: string;
  readonly #respond: Respond;
  readonly #udp: UdpSocket;
  readonly #tcp: Server;
  readonly #connections = new Set<Socket>();
  readonly #allowance = new Allowance(queriesPerSecond);
  readonly #inode: string;
  /** Keeps the rules by which others reach it at port 53. */
  #rules: number | undefined;

  private constructor(netns: string, respond: Respond, port: number) {
    this.netns = netns;
    this.#respond = respond;
    this.#inode = inodeOf(netns);
    const { udp, tcp } = boundSocketsIn(netns, resolverAddress, port);
    this.#udp = createSocket('udp4', (message, from) => void this.#onDatagram(message, from));
    this.#tcp = createServer((socket) => this.#onConnection(socket));
    this.#udp.on('error', complain);
    this.#tcp.on('error', complain);
    this.#udp.bind({ fd: udp, exclusive: true });
    this.#tcp.listen({ fd: tcp, exclusive: true, backlog: maxConnections });
  }

  /**
   * Resolves when it listens: at ports of the kernel's choice, with rules that lead there from port 53, so that the
   * container may have a name server of its own on all addresses. Without nftables, at port 53 itself.
   */
  static async open(netns: string, respond: Respond): Promise<ContainerResolver> {
    const resolver = await ContainerResolver.#listen(netns, respond, 0);
    try {
      const ports = { udp: resolver.#udp.address().port, tcp: (resolver.#tcp.address() as AddressInfo).port };
      resolver.#rules = redirectIn(netns, { address: resolverAddress, port: dnsPort, ...ports });
      return resolver;
    } catch (error) {
      if (!isReported) complain(error as Error);
      isReported = true;
      resolver.close();
      return await ContainerResolver.#listen(netns, respond, dnsPort);
    }
  }

  static async #listen(netns: string, respond: Respond, port: number): Promise<ContainerResolver> {
    const resolver = new ContainerResolver(netns, respond, port);
    await new Promise<void>((resolve, reject) => {
      resolver.#tcp.once('listening', resolve).once('error', reject);
    });
    return resolver;
  }

  /** Whether its namespace is still that of the file; its sockets keep the namespace itself alive. */
  get isCurrent(): boolean {
    try {
      return inodeOf(this.netns) === this.#inode;
    } catch {
      return false;
    }
  }

  close(): void {
    this.#udp.close();
    this.#tcp.close();
    for (const connection of this.#connections) connection.destroy();
    if (this.#rules !== undefined) endRedirect(this.#rules);
    this.#rules = undefined;
  }

  async #onDatagram(message: Buffer, { port, address }: RemoteInfo): Promise<void> {
    if (!this.#allowance.take()) return;
    const response = await this.#respond(message, 'udp');
    try {
      if (response) this.#udp.send(response, port, address, () => undefined);
    } catch {
      // Closed meanwhile.
    }
  }

  #onConnection(socket: Socket): void {
    if (this.#connections.size >= maxConnections) return void socket.destroy();
    this.#connections.add(socket);
    socket.on('close', () => this.#connections.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(idleMs, () => socket.destroy());
    const splitter = new FrameSplitter(maxQueryBytes);
    let waiting = 0;
    socket.on('data', (chunk) => {
      try {
        for (const message of splitter.push(chunk)) {
          if (waiting >= maxPipelined || !this.#allowance.take()) return void socket.destroy();
          waiting += 1;
          void this.#respondTo(socket, message).finally(() => (waiting -= 1));
        }
      } catch {
        socket.destroy();
      }
    });
  }

  /** A client that does not read is disconnected by its next query. */
  async #respondTo(socket: Socket, message: Buffer): Promise<void> {
    const response = await this.#respond(message, 'tcp');
    if (!response || socket.destroyed) return;
    if (socket.writableNeedDrain) socket.destroy();
    else socket.write(framed(response));
  }
}

function inodeOf(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true });
  return `${dev}:${ino}`;
}

function complain(error: Error): void {
  console.error(`resolver: ${error.message}`);
}
