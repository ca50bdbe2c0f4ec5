import { invalidField } from '../../hooks/index.ts';
import { addressIn, canonicalAddress, overlap, parseCidr, sizeOf } from './cidr.ts';

/** A subnet of a network, and its addresses that no container can have. */
export interface FixedIn {
  subnet: string;
  gateway?: string | undefined;
  reserved?: readonly string[] | undefined;
}

/**
 * Checks the address of `network.ip` or `network.ip6`, and returns it.
 * @throws PCH_OPTION_INVALID for an address that no container on the network can have
 */
export function checkFixedAddress(
  ip: string,
  { subnet, gateway, reserved = [] }: FixedIn,
  path: 'network.ip' | 'network.ip6' = 'network.ip',
): string {
  const network = parseCidr(subnet)!;
  const address = parseCidr(ip);
  const last = network.family === 4 ? [sizeOf(network) - 1n] : [];
  const edges = [0n, ...last].map((n) => addressIn(network, n));
  const taken = [...edges, gateway ?? addressIn(network, 1), ...reserved].map(canonicalAddress);
  const isFree = !taken.includes(canonicalAddress(ip));
  if (address && overlap(network, address) && isFree) return canonicalAddress(ip);
  throw invalidField(
    path,
    `expected a free address of ${subnet}, found ${ip}`,
    'choose an address of the subnet except its first, its last, the gateway and auxiliary ones, or leave it out',
  );
}

/** @throws PCH_OPTION_INVALID where the network has no IPv6 subnet */
export function checkFixedAddress6(ip: string, network: string, ipv6: FixedIn | undefined): string {
  if (ipv6) return checkFixedAddress(ip, ipv6, 'network.ip6');
  throw invalidField(
    'network.ip6',
    `the network ${network} has no IPv6 subnet: expected one with ${ip}`,
    'create the network with IPv6 and a subnet, or leave the address out',
  );
}
