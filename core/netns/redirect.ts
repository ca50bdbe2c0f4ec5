/**
 * Rules of nftables (nft(8)) that let a socket be reached at another port of its own address, within one network
 * namespace: so the port itself stays free for others, `0.0.0.0:53` too. They change the port of packets that leave
 * without connection tracking: for a packet to the resolver and for its response, one table of two chains.
 *
 * Written to the kernel directly: `nft` takes 10 ms, this less than one.
 */
import { close, closeSync } from 'node:fs';
import { constants } from 'node:os';
import { check, libcFunction } from '../host/libc.ts';

const socket = libcFunction('int socket(int domain, int type, int protocol)');
const send = libcFunction('long send(int fd, void *bytes, ulong length, int flags)');
const recv = libcFunction('long recv(int fd, _Out_ uint8_t *bytes, ulong length, int flags)');

/** sys/socket.h, linux/netlink.h, linux/netfilter/nfnetlink.h. */
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const NETLINK_NETFILTER = 12;
const NLMSG_ERROR = 2;
const NLM_F_REQUEST = 1;
const NLM_F_ACK = 4;
const NLM_F_CREATE = 0x400;
const NLM_F_APPEND = 0x800;
const NLA_F_NESTED = 0x8000;
const nftables = 10;
const batch = { begin: 0x10, end: 0x11 };
const NFPROTO_IPV4 = 2;

/** linux/netfilter/nf_tables.h. */
const newTable = (nftables << 8) | 0;
const delTable = (nftables << 8) | 2;
const newChain = (nftables << 8) | 3;
const newRule = (nftables << 8) | 6;
const NFT_TABLE_F_OWNER = 2;
const networkHeader = 1;
const transportHeader = 2;
const NFT_META_L4PROTO = 16;
const NF_INET_LOCAL_OUT = 3;
/** Connection tracking, if the container has rules with it, sees the same ports in both directions. */
const beforeTracking = -300;
const afterTracking = -150;
const register = 1;

const table = 'pouch-dns';

export interface Redirect {
  /** IPv4. */
  address: string;
  /** Where others reach the sockets. */
  port: number;
  /** Where they listen. */
  udp: number;
  tcp: number;
}

/**
 * Sets the rules in the network namespace that the calling thread is in. Returns a descriptor that keeps them: no other
 * process can flush them, and the kernel removes them with it. Kernels before 5.12 keep them by themselves.
 * @throws Error if the kernel has no nftables
 */
export function redirect(wanted: Redirect): number {
  const fd = check(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER), 'socket');
  try {
    const set = [...chains(), ...rules(wanted)];
    try {
      transact(fd, [tableMessage(newTable, NFT_TABLE_F_OWNER), ...set]);
    } catch (error) {
      if (!isUnsupported(error)) throw error;
      // In place of those of an earlier resolver.
      transact(fd, [tableMessage(newTable), tableMessage(delTable), tableMessage(newTable), ...set]);
    }
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Removes the rules. The kernel waits for all of its CPUs meanwhile: some 20 ms, which a thread of libuv spends. */
export function endRedirect(fd: number): void {
  close(fd, () => undefined);
}

function isUnsupported(error: unknown): boolean {
  return ['EOPNOTSUPP', 'EINVAL'].includes((error as { code?: string }).code ?? '');
}

/** All of the messages, or none. */
function transact(fd: number, messages: Message[]): void {
  const all = [
    frame({ type: batch.begin, flags: 0, body: Buffer.alloc(0) }, { family: 0, resource: nftables }),
    ...messages.map((message) => frame({ ...message, flags: message.flags | NLM_F_ACK })),
    frame({ type: batch.end, flags: 0, body: Buffer.alloc(0) }, { family: 0, resource: nftables }),
  ];
  const bytes = Buffer.concat(all);
  if (Number(send(fd, bytes, bytes.length, 0)) < 0) throw failure(0);
  let acknowledged = 0;
  let failed = 0;
  const response = Buffer.alloc(8192);
  for (;;) {
    const length = Number(recv(fd, response, response.length, MSG_DONTWAIT));
    if (length <= 0) break;
    for (const errno of errorsIn(response.subarray(0, length))) {
      if (errno === 0) acknowledged += 1;
      else failed ||= errno;
    }
  }
  if (failed !== 0 || acknowledged < messages.length) throw failure(failed);
}

function failure(errno: number): Error {
  const code = Object.entries(constants.errno).find(([, number]) => number === errno)?.[0];
  return Object.assign(new Error(`nftables: ${code ?? 'no response of the kernel'}`), { code });
}

/** struct nlmsgerr: the negative errno, 0 for an acknowledgement. */
function errorsIn(bytes: Buffer): number[] {
  const errors: number[] = [];
  for (let at = 0; at + 20 <= bytes.length;) {
    const length = bytes.readUInt32LE(at);
    if (bytes.readUInt16LE(at + 4) === NLMSG_ERROR) errors.push(-bytes.readInt32LE(at + 16));
    if (length < 16) break;
    at += aligned(length);
  }
  return errors;
}

interface Message {
  type: number;
  flags: number;
  body: Buffer;
}

function frame({ type, flags, body }: Message, { family = NFPROTO_IPV4, resource = 0 } = {}): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt32LE(head.length + body.length);
  head.writeUInt16LE(type, 4);
  head.writeUInt16LE(flags | NLM_F_REQUEST, 6);
  head.writeUInt8(family, 16);
  head.writeUInt16BE(resource, 18);
  return Buffer.concat([head, body]);
}

function tableMessage(type: number, tableFlags = 0): Message {
  const body = [attribute(1, text(table)), ...(tableFlags === 0 ? [] : [attribute(2, uint32(tableFlags))])];
  return { type, flags: type === newTable ? NLM_F_CREATE : 0, body: Buffer.concat(body) };
}

function chains(): Message[] {
  const chain = (name: string, priority: number): Message => ({
    type: newChain,
    flags: NLM_F_CREATE,
    body: Buffer.concat([
      attribute(1, text(table)),
      attribute(3, text(name)),
      nested(4, attribute(1, uint32(NF_INET_LOCAL_OUT)), attribute(2, uint32(priority))),
      attribute(7, text('filter')),
    ]),
  });
  return [chain('queries', afterTracking), chain('responses', beforeTracking)];
}

/** Each number is an offset in a header, or where its checksum is. */
const atSource = { address: 12, port: 0 };
const atDestination = { address: 16, port: 2 };
const protocols = { udp: { number: 17, checksum: 6 }, tcp: { number: 6, checksum: 16 } };

function rules({ address, port, ...sockets }: Redirect): Message[] {
  return (['udp', 'tcp'] as const).flatMap((protocol) => [
    rule('queries', { at: atDestination, address, protocol, from: port, to: sockets[protocol] }),
    rule('responses', { at: atSource, address, protocol, from: sockets[protocol], to: port }),
  ]);
}

interface Change {
  at: { address: number; port: number };
  address: string;
  protocol: 'udp' | 'tcp';
  from: number;
  to: number;
}

function rule(chain: string, { at, address, protocol, from, to }: Change): Message {
  const { number, checksum } = protocols[protocol];
  const expressions = [
    load(networkHeader, at.address, 4),
    equals(Buffer.from(address.split('.').map(Number))),
    expression('meta', attribute(1, uint32(register)), attribute(2, uint32(NFT_META_L4PROTO))),
    equals(Buffer.from([number])),
    load(transportHeader, at.port, 2),
    equals(uint16(from)),
    expression('immediate', attribute(1, uint32(register)), nested(2, attribute(1, uint16(to)))),
    store(at.port, 2, checksum),
  ];
  return {
    type: newRule,
    flags: NLM_F_CREATE | NLM_F_APPEND,
    body: Buffer.concat([
      attribute(1, text(table)),
      attribute(2, text(chain)),
      nested(4, ...expressions.map((one) => nested(1, one))),
    ]),
  };
}

function load(base: number, offset: number, length: number): Buffer {
  const place = [base, offset, length].map((value, n) => attribute(n + 2, uint32(value)));
  return expression('payload', attribute(1, uint32(register)), ...place);
}

function store(offset: number, length: number, checksumOffset: number): Buffer {
  const place = [transportHeader, offset, length].map((value, n) => attribute(n + 2, uint32(value)));
  const internet = 1;
  return expression(
    'payload',
    ...place,
    attribute(5, uint32(register)),
    attribute(6, uint32(internet)),
    attribute(7, uint32(checksumOffset)),
  );
}

function equals(value: Buffer): Buffer {
  const equal = 0;
  return expression(
    'cmp',
    attribute(1, uint32(register)),
    attribute(2, uint32(equal)),
    nested(3, attribute(1, value)),
  );
}

function expression(name: string, ...data: Buffer[]): Buffer {
  return Buffer.concat([attribute(1, text(name)), nested(2, ...data)]);
}

function nested(type: number, ...attributes: Buffer[]): Buffer {
  return attribute(type | NLA_F_NESTED, Buffer.concat(attributes));
}

/** struct nlattr (netlink(7)). */
function attribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(aligned(4 + value.length));
  bytes.writeUInt16LE(4 + value.length);
  bytes.writeUInt16LE(type, 2);
  value.copy(bytes, 4);
  return bytes;
}

function aligned(length: number): number {
  return (length + 3) & ~3;
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
