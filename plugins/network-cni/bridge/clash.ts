import { PouchError } from '../../../hooks/index.ts';
import { addressIn, overlap, parseCidr, type Cidr } from '../cidr.ts';
import type { BridgeNetwork } from '../network.ts';
import type { HostLink, HostNetwork } from './host.ts';

/** Returns the alias that marks a bridge as owned by a daemon; the kernel allows 255 characters. */
export function ownerMark(owner: string): string {
  return `pouch ${owner}`.slice(0, 255);
}

/**
 * Checks that the bridge and its subnet are unused or belong to this daemon.
 * @throws PCH_NETWORK_CLASH naming the conflicting interface or route
 */
export function checkClashes(network: BridgeNetwork, host: HostNetwork): void {
  const subnet = parseCidr(network.subnet);
  if (!subnet)
    throw clash(
      network,
      `network.subnet: expected an IPv4 network such as 172.29.0.0/16, found ${network.subnet}`,
    );
  const bridge = host.links.find(({ name }) => name === network.bridge);
  if (bridge) checkBridge(network, subnet, bridge);
  const others = host.links.filter(({ name }) => name !== network.bridge);
  for (const link of others) checkLink(network, subnet, link);
  for (const route of host.routes) checkRoute(network, subnet, route);
}

function checkBridge(network: BridgeNetwork, subnet: Cidr, link: HostLink): void {
  const { bridge } = network;
  if (link.kind !== 'bridge')
    throw clash(
      network,
      `network.bridge: expected a bridge or an unused name, found the interface ${bridge}, which is not a bridge`,
    );
  if (link.alias !== '' && link.alias !== ownerMark(network.owner)) {
    throw clash(
      network,
      `the bridge ${bridge} belongs to another daemon: its alias is "${link.alias}", expected "${ownerMark(network.owner)}"`,
    );
  }
  const gateway = `${network.gateway ?? addressIn(subnet, 1)}/${subnet.prefix}`;
  const foreign = link.addresses.find((address) => address !== gateway);
  if (foreign)
    throw clash(network, `the bridge ${bridge}: expected the address ${gateway}, found ${foreign}`);
}

function checkLink(network: BridgeNetwork, subnet: Cidr, link: HostLink): void {
  const taken = link.addresses.find((address) => overlaps(subnet, address));
  if (taken) throw clash(network, `${nameOf(network)} overlaps with ${taken} of the interface ${link.name}`);
}

function checkRoute(
  network: BridgeNetwork,
  subnet: Cidr,
  route: { destination: string; device: string },
): void {
  if (route.device === network.bridge || !overlaps(subnet, route.destination)) return;
  throw clash(
    network,
    `${nameOf(network)} overlaps with the route ${route.destination} of the interface ${route.device}`,
  );
}

function nameOf({ apart, subnet }: BridgeNetwork): string {
  return apart ? `the subnet ${subnet}` : `network.subnet ${subnet}`;
}

function overlaps(subnet: Cidr, other: string): boolean {
  const cidr = parseCidr(other);
  return cidr !== undefined && overlap(subnet, cidr);
}

function clash({ apart }: BridgeNetwork, message: string): PouchError {
  return new PouchError('PCH_NETWORK_CLASH', message, {
    hint: apart
      ? 'remove the network, and create it with a bridge and a subnet that this host does not use'
      : 'set network.bridge and network.subnet in pouchd.yaml to a name and a network that this host does not use',
  });
}
