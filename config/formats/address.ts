import { isIP, isIPv4 } from 'node:net';
import { isAbsolute, normalize } from 'node:path';
import { Refusal, textFormat } from './format.ts';

/** sun_path holds 108 bytes including the terminating NUL (unix(7)). */
export const longestSocketPath = 107;

/** Returns the path in `unix:///PATH` or `/PATH`; undefined for other forms. */
export function readSocketPath(url: string): string | undefined {
  const path = url.replace(/^unix:\/\//, '');
  if (!isAbsolute(path) || path.endsWith('/')) return undefined;
  if (path.includes('\0')) throw new Refusal('a path cannot contain a NUL byte');
  const bytes = Buffer.byteLength(path);
  if (bytes > longestSocketPath)
    throw new Refusal(`a socket path is at most ${longestSocketPath} bytes, this one has ${bytes}`);
  return normalize(path);
}

/** The path of a Unix socket, with or without the prefix `unix://`. */
export const socketPath = textFormat<string>({
  expected: 'the absolute path of a Unix socket such as /run/containerd/containerd.sock',
  json: { type: 'string', pattern: '^(unix://)?/' },
  read: readSocketPath,
});

/** An IPv4 or IPv6 address. */
export const ipAddress = textFormat<string>({
  expected: 'an IP address such as 192.0.2.53',
  json: { type: 'string', anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] },
  read: (text) => (isIP(text) ? text : undefined),
});

/** An IPv4 network in CIDR form whose host bits are 0. */
export const subnet = textFormat<string>({
  expected: 'an IPv4 network such as 172.29.0.0/16',
  json: { type: 'string', pattern: '^\\d{1,3}(\\.\\d{1,3}){3}/\\d{1,2}$' },
  read(text) {
    const [address = '', length = '', more] = text.split('/');
    if (!isIPv4(address) || !/^\d{1,2}$/.test(length) || more !== undefined) return undefined;
    const prefix = Number(length);
    if (prefix < 8 || prefix > 29) throw new Refusal('the prefix length must be from /8 to /29');
    checkHostBits(address, prefix);
    return text;
  },
});

function checkHostBits(address: string, prefix: number): void {
  const bits = toNumber(address);
  const network = bits - (bits % 2 ** (32 - prefix));
  if (network !== bits) throw new Refusal(`the network address is ${toAddress(network)}/${prefix}`);
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

function toAddress(bits: number): string {
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.');
}
