import { randomInt } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket as Datagrams } from 'node:dgram';
import { Socket } from 'node:net';
import dnsPacket from 'dns-packet';
import { boundSocketsIn, socketIn } from '../../core/netns/syscalls.ts';
import { framed, FrameSplitter } from '../../core/dns/resolver/framing.ts';

const resolver = '127.0.0.11';

/** Talks DNS in the network of a container. @param path file of its network namespace */
export class ContainerNetwork {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** A UDP socket in it. */
  datagrams(): Datagrams {
    const socket = createSocket('udp4');
    socket.bind({ fd: socketIn(this.#path, 4, 'udp'), exclusive: true });
    return socket;
  }

  /** Resolves to the response; undefined if none comes in time. */
  async send(message: Buffer, withinMs = 5000): Promise<dnsPacket.DecodedPacket | undefined> {
    const socket = this.datagrams();
    try {
      return await new Promise((resolve) => {
        const timer = setTimeout(() => resolve(undefined), withinMs);
        socket.on('message', (bytes) => {
          clearTimeout(timer);
          resolve(dnsPacket.decode(bytes));
        });
        socket.send(message, 53, resolver);
      });
    } finally {
      socket.close();
    }
  }

  /** Resolves to the response code and the addresses or names that the resolver knows. */
  async ask(name: string, type: 'A' | 'AAAA' | 'PTR' = 'A', transport: 'udp' | 'tcp' = 'udp') {
    const message = queryOf(name, type);
    const response = await (transport === 'udp' ? this.send(message) : this.sendByTcp(message));
    const { answers: records = [], rcode } = (response ?? {}) as dnsPacket.DecodedPacket & { rcode?: string };
    return { rcode, data: records.map((one) => ('data' in one ? String(one.data) : '')) };
  }

  async sendByTcp(message: Buffer): Promise<dnsPacket.DecodedPacket | undefined> {
    const socket = this.connection();
    try {
      return await new Promise((resolve) => {
        const splitter = new FrameSplitter(0xffff);
        socket.on('data', (chunk: Buffer) => {
          for (const bytes of splitter.push(chunk)) resolve(dnsPacket.decode(bytes));
        });
        socket.on('close', () => resolve(undefined));
        socket.write(framed(message));
      });
    } finally {
      socket.destroy();
    }
  }

  /** A connection to the resolver. */
  connection(): Socket {
    const socket = new Socket({ fd: socketIn(this.#path, 4) });
    socket.on('error', () => undefined);
    return socket.connect(53, resolver);
  }

  /** A name server at an address of the container; `respond` returns what it sends, if anything. */
  serve(address: string, respond: (query: dnsPacket.DecodedPacket) => Buffer | undefined): Datagrams {
    const { udp, tcp } = boundSocketsIn(this.#path, address, 53);
    new Socket({ fd: tcp }).destroy();
    const socket = createSocket('udp4', (message: Buffer, { port, address: from }: RemoteInfo) => {
      const response = respond(dnsPacket.decode(message));
      if (response) socket.send(response, port, from);
    });
    socket.bind({ fd: udp, exclusive: true });
    return socket;
  }
}

export function queryOf(name: string, type: 'A' | 'AAAA' | 'PTR' = 'A'): Buffer {
  const id = randomInt(0x10000);
  return dnsPacket.encode({
    type: 'query',
    id,
    flags: dnsPacket.RECURSION_DESIRED,
    questions: [{ type, name }],
  });
}
