import { join } from 'node:path';
import type { HostFacts } from '../../hooks/index.ts';
import { addressIn, parseCidr } from './cidr.ts';
import type { CniNetwork, CniPluginConfig } from './cni/types.ts';
import { type BridgeOptions, isComplete } from './created/options.ts';

/** The plugin that forwards host ports. */
export const portmap: CniPluginConfig = {
  type: 'portmap',
  snat: true,
  capabilities: { portMappings: true },
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
  /** Containers on other bridges do not reach those on this one; missing for the daemon's own bridge. */
  apart?: {
    /** The daemon's own bridge, which is not apart from this one by itself. */
    from: string;
    /** Its containers reach nothing outside it. */
    internal: boolean;
  };
}

/** The daemon's own bridge without options, or that of a network with some. */
export function bridgeNetwork(host: HostFacts, options: BridgeOptions = {}): BridgeNetwork {
  const { bridge, subnet, mtu, ipMasq } = host.network;
  const own = { ipamDir: join(host.root, 'network', 'ipam'), owner: host.root };
  if (!isComplete(options)) return { bridge, subnet, mtu, ipMasq, ...own };
  const { gateway, ipRange, internal = false } = options;
  return {
    bridge: options.bridge,
    subnet: options.subnet,
    mtu: options.mtu ?? mtu,
    ipMasq: !internal && (options.ipMasq ?? ipMasq),
    ...own,
    gateway: gateway ?? addressIn(parseCidr(options.subnet)!, 1),
    ...(ipRange !== undefined && { ipRange }),
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
  /** The container's address is fixed: it may be outside the range of the network. */
  isFixed?: boolean;
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
  };
}

interface Ipam {
  type: string;
  [key: string]: unknown;
}

function hostLocal({ ipamDir, subnet, gateway, ipRange }: BridgeNetwork, { isFixed }: WantedNetwork): Ipam {
  const range = ipRange === undefined || isFixed ? {} : edgesOf(subnet, ipRange);
  return {
    type: 'host-local',
    dataDir: ipamDir,
    ranges: [[{ subnet, ...(gateway !== undefined && { gateway }), ...range }]],
  };
}

/** The first and last address of a range that containers can have: not those of the subnet itself. */
function edgesOf(subnet: string, ipRange: string): { rangeStart: string; rangeEnd: string } {
  const [whole, part] = [parseCidr(subnet)!, parseCidr(ipRange)!];
  const count = 2 ** (32 - part.prefix);
  const isLast = part.base + count === whole.base + 2 ** (32 - whole.prefix);
  return {
    rangeStart: addressIn(part, part.base === whole.base ? 1 : 0),
    rangeEnd: addressIn(part, isLast ? count - 2 : count - 1),
  };
}

/** The network for a container that keeps the address: Pouch leases it itself. */
export function withAddress(
  network: CniNetwork,
  ip: string,
  { subnet, gateway }: Pick<BridgeNetwork, 'subnet' | 'gateway'>,
): CniNetwork {
  const [bridge, ...others] = network.plugins;
  const addresses = [{ address: `${ip}/${subnet.split('/')[1]}`, ...(gateway !== undefined && { gateway }) }];
  return { ...network, plugins: [{ ...bridge!, ipam: { type: 'static', addresses } }, ...others] };
}
