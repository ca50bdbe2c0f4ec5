import { PouchError } from '../../../hooks/index.ts';
import { addressIn, overlap, parseCidr, textOf, type Cidr } from '../cidr.ts';
import type { BridgeNetwork } from '../network.ts';
import type { HostLink, HostNetwork } from './host.ts';

/** Returns the alias that marks a bridge as owned by a daemon; the kernel allows 255 characters. */
export function ownerMark(owner: string): string {
  return `pouch ${owner}`.slice(0, 255);
}

/** The same of an interface that networks are on, which has no rules. */
export function parentMark(owner: string): string {
  return `pouch parent ${owner}`.slice(0, 255);
}

/**
 * Checks that the bridge and its subnet are unused or belong to this daemon.
 * @throws PCH_NETWORK_CLASH naming the conflicting interface or route
 */
export function checkClashes(network: BridgeNetwork, host: HostNetwork): void {
  const subnet = parseCidr(network.subnet);
  if (subnet?.family !== 4)
    throw clash(
      network,
      `network.subnet: expected an IPv4 network such as 172.29.0.0/16, found ${network.subnet}`,
    );
  const subnets = [subnet, ...(network.ipv6 ? [parseCidr(network.ipv6.subnet)!] : [])];
  const bridge = host.links.find(({ name }) => name === network.bridge);
  if (bridge) checkBridge(network, bridge);
  const others = host.links.filter(({ name }) => name !== network.bridge);
  for (const link of others) checkLink(network, subnets, link);
  for (const route of host.routes) checkRoute(network, subnets, route);
}

/** The addresses of the bridge, in CIDR notation. */
export function bridgeAddresses({ subnet, gateway, ipv6 }: BridgeNetwork): string[] {
  const cidr = parseCidr(subnet)!;
  const four = `${gateway ?? addressIn(cidr, 1)}/${cidr.prefix}`;
  return [four, ...(ipv6 ? [`${ipv6.gateway}/${ipv6.subnet.split('/')[1]}`] : [])];
}

function checkBridge(network: BridgeNetwork, link: HostLink): void {
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
  const own = bridgeAddresses(network);
  const foreign = link.addresses.find((address) => !own.includes(address));
  if (foreign)
    throw clash(network, `the bridge ${bridge}: expected the address ${own.join(' and ')}, found ${foreign}`);
}

function checkLink(network: BridgeNetwork, subnets: readonly Cidr[], link: HostLink): void {
  for (const subnet of subnets) {
    const taken = link.addresses.find((address) => overlaps(subnet, address));
    if (taken)
      throw clash(network, `${nameOf(network, subnet)} overlaps with ${taken} of the interface ${link.name}`);
  }
}

function checkRoute(
  network: BridgeNetwork,
  subnets: readonly Cidr[],
  route: { destination: string; device: string },
): void {
  const subnet = subnets.find((one) => overlaps(one, route.destination));
  if (route.device === network.bridge || !subnet) return;
  throw clash(
    network,
    `${nameOf(network, subnet)} overlaps with the route ${route.destination} of the interface ${route.device}`,
  );
}

function nameOf({ apart }: BridgeNetwork, subnet: Cidr): string {
  return apart ? `the subnet ${textOf(subnet)}` : `network.subnet ${textOf(subnet)}`;
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
