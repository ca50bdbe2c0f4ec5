/** The network drivers macvlan and ipvlan. */
import {
  type DriverAttachment,
  type HostFacts,
  invalidField,
  type NetworkDriver,
  type NetworkEffects,
  networkPartKey,
} from '../../../hooks/index.ts';
import { readHostNetwork } from '../bridge/host.ts';
import { overlap, parseCidr } from '../cidr.ts';
import { checkFixedAddress, checkFixedAddress6 } from '../fixedAddress.ts';
import { type KeptAddressArgs, ownMac } from '../keptAddress.ts';
import { defineLink } from './define.ts';
import type { LinkEffectArgs } from './effect.ts';
import { cniLink, linkLeases, type LinkNetwork, linkNetwork, subnetFor, subnetsOf } from './network.ts';
import { checkLinkOptions, type LinkKind, linkOptions, type LinkOptions } from './options.ts';
import { checkParent, ensureParent, removeLinkNetwork } from './parent.ts';

/** Name of the effect that leases the addresses of a container that keeps them. */
const address = 'address';

export function linkDriver(kind: LinkKind, host: HostFacts): NetworkDriver<ReturnType<typeof linkOptions>> {
  const networkOf = (network: { name: string; options: LinkOptions }) => linkNetwork(kind, network, host);
  return {
    name: kind,
    doc: `Interfaces of the kind ${kind} on one of the host, with addresses of its network.`,
    options: linkOptions(kind),
    check(network) {
      checkLinkOptions(network.name, network.options);
      checkParent(networkOf(network));
    },
    attach: (attachment) => attachedTo(networkOf(attachment.network), attachment, host),
    define: async (wanted) => defineLink(kind, wanted, host, await readHostNetwork()),
    create: (network) => ensureParent(networkOf(network)),
    remove: (network) => removeLinkNetwork(networkOf(network)),
  };
}

function attachedTo(
  link: LinkNetwork,
  attachment: DriverAttachment<LinkOptions>,
  host: HostFacts,
): NetworkEffects {
  const { keepsAddresses } = attachment;
  return {
    ...(keepsAddresses && {
      [address]: { kind: 'network-address', stage: 'create', args: { ...addressArgs(link, attachment) } },
    }),
    attach: {
      kind: 'cni-link',
      args: { ...argsFor(link, attachment, host) },
      ...(keepsAddresses && { needs: [address] }),
    },
  };
}

function argsFor(
  link: LinkNetwork,
  attachment: DriverAttachment<LinkOptions>,
  host: HostFacts,
): LinkEffectArgs {
  const { container, network, netns, keepsAddresses = false, noDefaultRoute = false } = attachment;
  const ip = attachment.ip && checkedAddress(link, attachment.ip);
  const six = subnetFor(link, 6, attachment.ip6);
  const ip6 =
    attachment.ip6 &&
    checkFixedAddress6(attachment.ip6, network.name, six && { ...six, reserved: link.reserved });
  const mac = macOf(link, attachment);
  return {
    container: container.id,
    of: network.name,
    netns,
    interface: attachment.interface,
    binDirs: [...host.network.cniBinDirs],
    link,
    network: cniLink(link, { ip, ip6, keepsAddress: keepsAddresses, noDefaultRoute }),
    ...(ip && { ip }),
    ...(ip6 && { ip6 }),
    ...(mac && { mac }),
    ...(keepsAddresses && { lease: networkPartKey(attachment.interface, address) }),
  };
}

/** @throws PCH_OPTION_INVALID */
function checkedAddress(link: LinkNetwork, ip: string): string {
  const cidr = parseCidr(ip);
  const found = subnetsOf(link, 4).find(({ subnet }) => cidr && overlap(parseCidr(subnet)!, cidr));
  if (found) return checkFixedAddress(ip, { ...found, reserved: link.reserved });
  const subnets = subnetsOf(link, 4).map(({ subnet }) => subnet);
  throw invalidField(
    'network.ip',
    `expected a free address of ${subnets.join(' or ')}, found ${ip}`,
    'choose an address of a subnet of the network, or leave it out',
  );
}

/** Interfaces of ipvlan have the MAC address of the parent. */
function macOf(
  { kind }: LinkNetwork,
  { mac, keepsAddresses, container, interface: name }: DriverAttachment<LinkOptions>,
): string | undefined {
  if (kind === 'macvlan') return mac ?? (keepsAddresses ? ownMac(container.id, name) : undefined);
  if (mac === undefined) return undefined;
  throw invalidField(
    'network.mac',
    `a network of the driver ipvlan gives no MAC address, found ${mac}`,
    'leave it out: all containers have that of the parent',
  );
}

function addressArgs(
  link: LinkNetwork,
  { container, ip, ip6 }: DriverAttachment<LinkOptions>,
): KeptAddressArgs {
  const four = subnetFor(link, 4, ip)!;
  const six = subnetFor(link, 6, ip6);
  return {
    container: container.id,
    directory: linkLeases(link),
    ...four,
    ...(ip && { ip }),
    reserved: link.reserved,
    ...(six && { ipv6: { ...six, ...(ip6 && { ip: ip6 }) } }),
  };
}
