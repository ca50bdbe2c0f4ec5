import { join } from 'node:path';
import type { HostFacts } from '../../hooks/index.ts';
import { addressIn, parseCidr, partsOf } from './cidr.ts';
import type { CniNetwork, CniPluginConfig } from './cni/types.ts';
import { type BridgeOptions, isComplete } from './created/options.ts';

/** The plugin that forwards host ports. */
export const portmap: CniPluginConfig = {
  type: 'portmap',
  snat: true,
  capabilities: { portMappings: true },
  // The kernel takes no reply from outside for ::1: connections to it would hang.
  conditionsV6: ['!', '-d', '::1/128'],
};

/** The bridge network of one daemon, derived from its configuration. */
export interface BridgeNetwork {
  bridge: string;
  /** In CIDR notation. */
  subnet: string;
  mtu: number;
  /** Masquerades traffic that leaves the bridge. */
  ipMasq: boolean;
  /** Directory of host-local's leases. */
  ipamDir: string;
  /** Owner of the bridge: the daemon's root directory. */
  owner: string;
  /** Address of the bridge. Missing: the first of the subnet. */
  gateway?: string;
  /** The part of the subnet that containers get addresses of. */
  ipRange?: string;
  /** Addresses of its subnets that no container gets. */
  reserved?: string[];
  /** The IPv6 subnet beside the IPv4 one. */
  ipv6?: Subnet6;
  /** Containers on other bridges do not reach those on this one; missing for the daemon's own bridge. */
  apart?: {
    /** The daemon's own bridge, which is not apart from this one by itself. */
    from: string;
    /** Its containers reach nothing outside it. */
    internal: boolean;
  };
}

/** An IPv6 subnet of a network. */
export interface Subnet6 {
  /** In CIDR notation. */
  subnet: string;
  /** Address of the bridge. */
  gateway: string;
  /** The part of the subnet that containers get addresses of. */
  ipRange?: string;
}

/** The daemon's own bridge without options, or that of a network with some. */
export function bridgeNetwork(host: HostFacts, options: BridgeOptions = {}): BridgeNetwork {
  const { bridge, subnet, mtu, ipMasq } = host.network;
  const own = { ipamDir: join(host.root, 'network', 'ipam'), owner: host.root };
  if (!isComplete(options)) return { bridge, subnet, mtu, ipMasq, ...own };
  const { gateway, ipRange, subnet6, gateway6, ipRange6, reserved, internal = false } = options;
  return {
    bridge: options.bridge,
    subnet: options.subnet,
    mtu: options.mtu ?? mtu,
    ipMasq: !internal && (options.ipMasq ?? ipMasq),
    ...own,
    gateway: gateway ?? addressIn(parseCidr(options.subnet)!, 1),
    ...(ipRange !== undefined && { ipRange }),
    ...(reserved && { reserved }),
    ...(subnet6 !== undefined && {
      ipv6: {
        subnet: subnet6,
        gateway: gateway6 ?? addressIn(parseCidr(subnet6)!, 1),
        ...(ipRange6 !== undefined && { ipRange: ipRange6 }),
      },
    }),
    apart: { from: bridge, internal },
  };
}

/**
 * Returns the CNI configuration of an attachment to the network.
 *
 * `ipMasq` of the bridge plugin is disabled: its iptables rules per container take 10 ms at ADD and 45 ms at DEL; one
 * rule for the whole subnet has the same effect (see bridge/rules.ts).
 */
export function cniNetwork(network: BridgeNetwork, wanted: WantedNetwork): CniNetwork {
  const ipam = wanted.keepsAddress ? { type: 'static' } : hostLocal(network, wanted);
  const plugins: CniPluginConfig[] = [bridgePlugin(network, ipam, wanted)];
  if (wanted.firewall) plugins.push({ type: 'firewall', backend: 'iptables' });
  if (wanted.portmap) plugins.push(portmap);
  return { cniVersion: '1.0.0', name: network.bridge, plugins };
}

interface WantedNetwork {
  portmap: boolean;
  firewall: boolean;
  hairpin: boolean;
  keepsAddress?: boolean;
  /** The container gets no default route through it. */
  noDefaultRoute?: boolean;
  /** The container's IPv4 address is fixed: it may be outside the range of the network. */
  isFixed?: boolean;
  /** A fixed IPv6 address. */
  ip6?: string;
}

function bridgePlugin(network: BridgeNetwork, ipam: Ipam, wanted: WantedNetwork): CniPluginConfig {
  const isRouted = !wanted.noDefaultRoute && !network.apart?.internal;
  return {
    type: 'bridge',
    bridge: network.bridge,
    ...(isRouted ? { isDefaultGateway: true } : { isGateway: true }),
    ipMasq: false,
    hairpinMode: wanted.hairpin,
    ...(network.mtu > 0 && { mtu: network.mtu }),
    ipam,
    // host-local reads it: IP of CNI_ARGS is one address.
    ...(wanted.ip6 !== undefined && !wanted.keepsAddress && { args: { cni: { ips: [wanted.ip6] } } }),
  };
}

/** The plugin that gives addresses. */
export interface Ipam {
  type: string;
  [key: string]: unknown;
}

/** What host-local needs to know of a network. */
export type LeasedNetwork = Pick<
  BridgeNetwork,
  'ipamDir' | 'subnet' | 'gateway' | 'ipRange' | 'reserved' | 'ipv6'
>;

/** One set of ranges per family: a container gets an address of each. */
export function hostLocal(
  network: LeasedNetwork,
  { isFixed, ip6 }: Pick<WantedNetwork, 'isFixed' | 'ip6'>,
): Ipam {
  const { ipamDir, subnet, gateway, ipRange, reserved = [], ipv6 } = network;
  const of = (one: { subnet: string; gateway?: string | undefined }, range: string | undefined) => {
    const whole = { subnet: one.subnet, ...(one.gateway !== undefined && { gateway: one.gateway }) };
    if (range === undefined && reserved.length === 0) return [whole];
    return partsOf(one.subnet, range, reserved).map((part) => ({ ...whole, ...part }));
  };
  return {
    type: 'host-local',
    dataDir: ipamDir,
    ranges: [
      of({ subnet, gateway }, isFixed ? undefined : ipRange),
      ...(ipv6 ? [of(ipv6, ip6 === undefined ? ipv6.ipRange : undefined)] : []),
    ],
  };
}

/** The network for a container that keeps the addresses: Pouch leases them itself. */
export function withAddresses(
  network: CniNetwork,
  { ip, ip6 }: { ip: string; ip6?: string | undefined },
  { subnet, gateway, ipv6 }: Pick<BridgeNetwork, 'subnet' | 'gateway' | 'ipv6'>,
): CniNetwork {
  const [bridge, ...others] = network.plugins;
  const addresses = [{ address: `${ip}/${subnet.split('/')[1]}`, ...(gateway !== undefined && { gateway }) }];
  if (ipv6 && ip6 !== undefined)
    addresses.push({ address: `${ip6}/${ipv6.subnet.split('/')[1]}`, gateway: ipv6.gateway });
  return { ...network, plugins: [{ ...bridge!, ipam: { type: 'static', addresses } }, ...others] };
}
