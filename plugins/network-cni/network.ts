import { join } from 'node:path';
import type { HostFacts } from '../../hooks/index.ts';
import type { CniNetwork, CniPluginConfig } from './cni/types.ts';

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
}

export function bridgeNetwork(host: HostFacts): BridgeNetwork {
  const { bridge, subnet, mtu, ipMasq } = host.network;
  return { bridge, subnet, mtu, ipMasq, ipamDir: join(host.root, 'network', 'ipam'), owner: host.root };
}

/**
 * Returns the CNI configuration of an attachment to the network.
 *
 * `ipMasq` of the bridge plugin is disabled: its iptables rules per container take 10 ms at ADD and 45 ms at DEL; one
 * rule for the whole subnet has the same effect (see bridge/rules.ts).
 */
export function cniNetwork(
  network: BridgeNetwork,
  wanted: { portmap: boolean; firewall: boolean; hairpin: boolean; keepsAddress?: boolean },
): CniNetwork {
  const ipam = wanted.keepsAddress ? { type: 'static' } : hostLocal(network);
  const plugins: CniPluginConfig[] = [bridgePlugin(network, ipam, wanted.hairpin)];
  if (wanted.firewall) plugins.push({ type: 'firewall', backend: 'iptables' });
  if (wanted.portmap) plugins.push(portmap);
  return { cniVersion: '1.0.0', name: network.bridge, plugins };
}

function bridgePlugin(network: BridgeNetwork, ipam: Ipam, hairpin: boolean): CniPluginConfig {
  return {
    type: 'bridge',
    bridge: network.bridge,
    isDefaultGateway: true,
    ipMasq: false,
    hairpinMode: hairpin,
    ...(network.mtu > 0 && { mtu: network.mtu }),
    ipam,
  };
}

interface Ipam {
  type: string;
  [key: string]: unknown;
}

function hostLocal({ ipamDir, subnet }: BridgeNetwork): Ipam {
  return { type: 'host-local', dataDir: ipamDir, ranges: [[{ subnet }]] };
}

/** The network for a container that keeps the address: Pouch leases it itself. */
export function withAddress(network: CniNetwork, ip: string, subnet: string): CniNetwork {
  const [bridge, ...others] = network.plugins;
  const addresses = [{ address: `${ip}/${subnet.split('/')[1]}` }];
  return { ...network, plugins: [{ ...bridge!, ipam: { type: 'static', addresses } }, ...others] };
}
