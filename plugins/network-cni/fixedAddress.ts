import { invalidField } from '../../hooks/index.ts';
import { addressIn, overlap, parseCidr } from './cidr.ts';

/**
 * Checks the address of `network.ip` and returns it.
 * @throws PCH_OPTION_INVALID for an address that no container on the bridge can have
 */
export function checkFixedAddress(ip: string, subnet: string): string {
  const network = parseCidr(subnet);
  const address = parseCidr(ip);
  if (network && address && overlap(network, address) && !isReserved(ip, network)) return ip;
  throw invalidField(
    'network.ip',
    `expected a free address of ${subnet}, found ${ip}`,
    'choose an address of the subnet except its first, second (the gateway) and last, or leave it out',
  );
}

function isReserved(ip: string, network: { base: number; prefix: number }): boolean {
  const last = 2 ** (32 - network.prefix) - 1;
  return [0, 1, last].some((n) => addressIn(network, n) === ip);
}
