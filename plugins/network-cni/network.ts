import { join } from 'node:path';
import type { HostFacts } from '../../hooks/index.ts';
import type { CniNetwork, CniPluginConfig } from './cni/types.ts';

/** The bridge network of one daemon, derived from its configuration. */
export interface BridgeNetwork {
  bridge: string;
  /** CIDR. */
  subnet: string;
  mtu: number;
  /** Hides the containers' addresses behind the host's for traffic that leaves the bridge. */
  ipMasq: boolean;
  /** Where host-local keeps its leases. */
  ipamDir: string;
  /** Who the bridge belongs to: the daemon's root. */
  owner: string;
}

export function bridgeNetwork(host: HostFacts): BridgeNetwork {
  const { bridge, subnet, mtu, ipMasq } = host.network;
  return { bridge, subnet, mtu, ipMasq, ipamDir: join(host.root, 'network', 'ipam'), owner: host.root };
}

/**
 * The CNI configuration of an attachment to it.
 *
 * `ipMasq` of the bridge plugin stays off: it sets some iptables rules for each container, which costs 10 ms at ADD and
 * 45 ms at DEL; one rule for the whole subnet does the same (see bridge/rules.ts).
 */
export function cniNetwork(
  network: BridgeNetwork,
  wanted: { portmap: boolean; firewall: boolean; hairpin: boolean },
): CniNetwork {
  const plugins: CniPluginConfig[] = [bridgePlugin(network, wanted.hairpin)];
  if (wanted.firewall) plugins.push({ type: 'firewall', backend: 'iptables' });
  if (wanted.portmap) plugins.push({ type: 'portmap', snat: true, capabilities: { portMappings: true } });
  return { cniVersion: '1.0.0', name: network.bridge, plugins };
}

function bridgePlugin(network: BridgeNetwork, hairpin: boolean): CniPluginConfig {
  return {
    type: 'bridge',
    bridge: network.bridge,
    isDefaultGateway: true,
    ipMasq: false,
    hairpinMode: hairpin,
    ...(network.mtu > 0 && { mtu: network.mtu }),
    ipam: { type: 'host-local', dataDir: network.ipamDir, ranges: [[{ subnet: network.subnet }]] },
  };
}
