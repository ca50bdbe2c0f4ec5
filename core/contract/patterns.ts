/** Patterns of users: in rules of runtimes, in `when` of a tap, in grants. */
import { BlockList, isIP } from 'node:net';
import { matchesText } from '../../hooks/matchesText.ts';

export { matchesText };

/**
 * `*` stands for any text within a segment, and `**` as the last segment for one or more segments. `nas:/home/*` has
 * the segments `nas:`, `home` and `*`.
 */
export function matchesPath(pattern: string, path: string): boolean {
  if (pattern === '**') return true;
  const [wanted, found] = [pattern.split('/'), path.split('/')];
  const isOpen = wanted.at(-1) === '**';
  if (isOpen) wanted.pop();
  const fits = isOpen ? found.length > wanted.length : found.length === wanted.length;
  return fits && wanted.every((segment, index) => matchesText(segment, found[index] ?? ''));
}

/** Whether a network, an address or `default` is within a network; `default` contains everything. */
export function isWithinNetwork(outer: string, inner: string): boolean {
  if (outer === 'default') return true;
  const [network, part] = [parse(outer), parse(inner)];
  if (network?.family !== part?.family || !network || !part || part.prefix < network.prefix) return false;
  const list = new BlockList();
  list.addSubnet(network.address, network.prefix, network.family);
  return list.check(part.address, part.family);
}

interface Network {
  address: string;
  prefix: number;
  family: 'ipv4' | 'ipv6';
}

function parse(text: string): Network | undefined {
  const [address = '', length] = text.split('/');
  const version = isIP(address);
  if (version === 0) return undefined;
  const most = version === 4 ? 32 : 128;
  const prefix = length === undefined ? most : Number(length);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > most) return undefined;
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}
