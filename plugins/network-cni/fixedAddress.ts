import { invalidField } from '../../hooks/index.ts';
import { addressIn, overlap, parseCidr } from './cidr.ts';
import type { BridgeNetwork } from './network.ts';

/**
 * Checks the address of `network.ip` and returns it.
 * @throws PCH_OPTION_INVALID for an address that no container on the bridge can have
 */
export function checkFixedAddress(
  ip: string,
  { subnet, gateway }: Pick<BridgeNetwork, 'subnet' | 'gateway'>,
): string {
  const network = parseCidr(subnet);
  const address = parseCidr(ip);
  if (network && address && overlap(network, address) && !isReserved(ip, network, gateway)) return ip;
  throw invalidField(
    'network.ip',
    `expected a free address of ${subnet}, found ${ip}`,
    'choose an address of the subnet except its first, its last and the gateway, or leave it out',
  );
}

function isReserved(
  ip: string,
  network: { base: number; prefix: number },
  gateway = addressIn(network, 1),
): boolean {
  const last = 2 ** (32 - network.prefix) - 1;
  return ip === gateway || [0, last].some((n) => addressIn(network, n) === ip);
}
