/** Asks resolvers outside: each query from a socket and under an id of its own, so that responses are hard to forge. */
import { randomInt } from 'node:crypto';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { isIPv6, Socket } from 'node:net';
import { socketIn } from '../../netns/syscalls.ts';
import type { Forwarder } from '../protocol.ts';
import { FrameSplitter, framed } from './framing.ts';
import { isRefusal, isResponseTo, withId } from './message.ts';

/** Milliseconds for one resolver: a client waits for 5 s. */
const serverMs = 2000;
/** As resolv.conf(5) has it. */
const maxServers = 3;
const dnsPort = 53;

export interface Forwarded {
  /** As the client sent it. */
  message: Buffer;
  question: Buffer;
  servers: readonly Forwarder[];
  /** The container's network namespace. */
  netns: string;
  transport: 'udp' | 'tcp';
}

/** Resolves to the first response that is not a failure, else to the last one; undefined without any. */
export async function forward(query: Forwarded): Promise<Buffer | undefined> {
  let last: Buffer | undefined;
  for (const server of query.servers.slice(0, maxServers)) {
    const response = await askOne(query, server).catch(() => undefined);
    if (response && !isRefusal(response)) return response;
    last = response ?? last;
  }
  return last;
}

async function askOne(query: Forwarded, server: Forwarder): Promise<Buffer | undefined> {
  const id = randomInt(0x10000);
  const ask = query.transport === 'udp' ? askByUdp : askByTcp;
  const response = await ask(query, server, id);
  return response && withId(response, query.message.readUInt16BE(0));
}

async function askByUdp(
  { message, question, netns }: Forwarded,
  { address, fromHost = false }: Forwarder,
  id: number,
): Promise<Buffer | undefined> {
  const family = isIPv6(address) ? 6 : 4;
  const socket = createSocket(`udp${family}`);
  try {
    if (!fromHost) socket.bind({ fd: socketIn(netns, family, 'udp'), exclusive: true });
    return await settled((done) => {
      socket.on('error', () => done(undefined));
      // Others may send to this port, too.
      socket.on('message', (bytes) => isResponseTo(bytes, id, question) && done(bytes));
      sendTo(socket, address, withId(message, id));
    });
  } finally {
    socket.close();
  }
}

function sendTo(socket: UdpSocket, address: string, message: Buffer): void {
  // A connected socket takes datagrams of this address only, and reports that nothing listens there.
  socket.connect(dnsPort, address, () => socket.send(message, () => undefined));
}

async function askByTcp(
  { message, question, netns }: Forwarded,
  { address, fromHost = false }: Forwarder,
  id: number,
): Promise<Buffer | undefined> {
  const socket = fromHost ? new Socket() : new Socket({ fd: socketIn(netns, isIPv6(address) ? 6 : 4) });
  const splitter = new FrameSplitter(0xffff);
  try {
    return await settled((done) => {
      socket.on('error', () => done(undefined));
      socket.on('close', () => done(undefined));
      socket.on('data', (chunk: Buffer) => {
        const found = splitter.push(chunk).find((bytes) => isResponseTo(bytes, id, question));
        if (found) done(found);
      });
      socket.connect(dnsPort, address, () => socket.write(framed(withId(message, id))));
    });
  } finally {
    socket.destroy();
  }
}

function settled(start: (done: (response: Buffer | undefined) => void) => void): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), serverMs);
    start((response) => {
      clearTimeout(timer);
      resolve(response);
    });
  });
}
