/** An IPv4 network as 32-bit numbers. */
export interface Cidr {
  /** First address. */
  base: number;
  /** 0 to 32. */
  prefix: number;
}

/** Parses `172.29.0.0/16`, or an address as a /32, and clears host bits. Returns undefined if the text is invalid. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^(\d+\.\d+\.\d+\.\d+)(?:\/(\d+))?$/.exec(text);
  const address = match?.[1] === undefined ? undefined : parseAddress(match[1]);
  const prefix = match?.[2] === undefined ? 32 : Number(match[2]);
  if (address === undefined || prefix > 32) return undefined;
  return { base: (address & maskOf(prefix)) >>> 0, prefix };
}

/** Whether two networks have an address in common. */
export function overlap(a: Cidr, b: Cidr): boolean {
  const mask = maskOf(Math.min(a.prefix, b.prefix));
  return (a.base & mask) >>> 0 === (b.base & mask) >>> 0;
}

/** Returns the n-th address of a network: `172.29.0.1` for 1. */
export function addressIn(network: Cidr, n: number): string {
  const value = network.base + n;
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

/**
 * Yields the addresses that containers on a bridge can have, each once: those after `last` first. The first of a
 * network is its own, the second the gateway's, the last is for broadcasts.
 */
export function* addressesAfter(last: string, subnet: string): Generator<string> {
  const network = parseCidr(subnet);
  if (!network) return;
  const count = 2 ** (32 - network.prefix) - 3;
  const address = parseCidr(last);
  const before = address && overlap(network, address) ? Math.max(1, address.base - network.base) : 1;
  for (let n = 0; n < count; n++) yield addressIn(network, ((before - 1 + n) % count) + 2);
}

function parseAddress(text: string): number | undefined {
  const parts = text.split('.').map(Number);
  if (parts.some((part) => part > 255)) return undefined;
  return parts.reduce((value, part) => value * 256 + part, 0);
}

function maskOf(prefix: number): number {
  return prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
}
