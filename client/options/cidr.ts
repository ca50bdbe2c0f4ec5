/** Networks and addresses of both families as numbers. */
import { isIPv4, isIPv6 } from 'node:net';

/** A network. */
export interface Cidr {
  readonly family: 4 | 6;
  /** First address. */
  readonly base: bigint;
  /** Bits: 0 to 32, or to 128. */
  readonly prefix: number;
}

/** Bits of an address. */
export function bitsOf({ family }: Pick<Cidr, 'family'>): number {
  return family === 4 ? 32 : 128;
}

/**
 * Parses `172.29.0.0/16` or `fd00::/64`, or an address as a network of its own, and clears host bits. Returns undefined
 * if the text is invalid.
 */
export function parseCidr(text: string): Cidr | undefined {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const value = addressValue(address);
  if (value === undefined) return undefined;
  const family = isIPv4(address) ? 4 : 6;
  const all = bitsOf({ family });
  const prefix = bits === undefined ? all : Number(bits);
  if (prefix > all) return undefined;
  const shift = BigInt(all - prefix);
  return { family, base: (value >> shift) << shift, prefix };
}

/** Whether two networks have an address in common. */
export function overlap(a: Cidr, b: Cidr): boolean {
  if (a.family !== b.family) return false;
  const shift = BigInt(bitsOf(a) - Math.min(a.prefix, b.prefix));
  return a.base >> shift === b.base >> shift;
}

/** Number of addresses. */
export function sizeOf(network: Cidr): bigint {
  return 1n << BigInt(bitsOf(network) - network.prefix);
}

/** Returns the n-th address of a network: `172.29.0.1` for 1. */
export function addressIn({ family, base }: Cidr, n: number | bigint): string {
  const value = base + BigInt(n);
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, at) => (value >> BigInt(112 - 16 * at)) & 0xffffn);
  return canonicalAddress(groups.map((group) => group.toString(16)).join(':'));
}

/** One spelling of each address (RFC 5952). */
export function canonicalAddress(address: string): string {
  if (!isIPv6(address) || address.includes('%')) return address;
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

/** The network in one spelling. */
export function textOf(network: Cidr): string {
  return `${addressIn(network, 0)}/${network.prefix}`;
}

function addressValue(address: string): bigint | undefined {
  if (isIPv4(address)) return address.split('.').reduce((value, part) => value * 256n + BigInt(part), 0n);
  if (!isIPv6(address) || address.includes('%')) return undefined;
  const [head = '', tail] = canonicalAddress(address).split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].reduce((value, group) => value * 65_536n + BigInt(`0x${group}`), 0n);
}
