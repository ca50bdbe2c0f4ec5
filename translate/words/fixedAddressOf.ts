import type { NetworkRequest } from '../../hooks/index.ts';

/** The first address, in any network of a container, that only one container can have. */
export function fixedAddressOf(network: NetworkRequest | undefined): string | undefined {
  if (!network) return undefined;
  const all = [network, ...(network.endpoints ?? [])];
  return all.flatMap(({ ip, ip6, mac }) => [ip, ip6, mac]).find((address) => address !== undefined);
}
