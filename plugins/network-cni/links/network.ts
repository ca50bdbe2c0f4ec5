import { join } from 'node:path';
import type { HostFacts } from '../../../hooks/index.ts';
import { addressIn, overlap, parseCidr, partsOf } from '../cidr.ts';
import type { CniNetwork } from '../cni/types.ts';
import type { Ipam } from '../network.ts';
import { type LinkKind, linkModes, type LinkOptions } from './options.ts';

/** A subnet of a network, complete. */
export interface LinkSubnet {
  subnet: string;
  gateway: string;
  ipRange?: string;
}

/** A network on an interface of the host. */
export interface LinkNetwork {
  kind: LinkKind;
  /** For CNI and the directory of its leases. */
  name: string;
  parent: string;
  mode: string;
  /** pouchd makes the parent, and removes it with the network. */
  made?: 'dummy' | 'vlan';
  mtu?: number;
  subnets: LinkSubnet[];
  /** Addresses that no container gets. */
  reserved: string[];
  /** Its containers have no default route. */
  internal: boolean;
  /** Directory of host-local's leases. */
  ipamDir: string;
  /** Owner of the parent that pouchd makes: the daemon's root directory. */
  owner: string;
}

/** By the name of a network, for its leases. */
export function linkNetworkName(network: string): string {
  return `link-${network}`;
}

export function linkNetwork(
  kind: LinkKind,
  { name, options }: { name: string; options: LinkOptions },
  { root }: Pick<HostFacts, 'root'>,
): LinkNetwork {
  const {
    parent = '',
    made,
    mode = linkModes[kind][0],
    mtu,
    subnets = [],
    reserved = [],
    internal,
  } = options;
  return {
    kind,
    name: linkNetworkName(name),
    parent,
    mode,
    ...(made && { made }),
    ...(mtu !== undefined && { mtu }),
    subnets: subnets.map(({ subnet, gateway, ipRange }) => ({
      subnet,
      gateway: gateway ?? addressIn(parseCidr(subnet)!, 1),
      ...(ipRange !== undefined && { ipRange }),
    })),
    reserved,
    internal: internal ?? false,
    ipamDir: join(root, 'network', 'ipam'),
    owner: root,
  };
}

/** Directory of the leases of a network, which host-local shares. */
export function linkLeases({ ipamDir, name }: LinkNetwork): string {
  return join(ipamDir, name);
}

export function subnetsOf({ subnets }: LinkNetwork, family: 4 | 6): LinkSubnet[] {
  return subnets.filter(({ subnet }) => subnet.includes(':') === (family === 6));
}

/** The subnet that has an address, or else the first of its family. */
export function subnetFor(
  network: LinkNetwork,
  family: 4 | 6,
  ip: string | undefined,
): LinkSubnet | undefined {
  const all = subnetsOf(network, family);
  const address = ip === undefined ? undefined : parseCidr(ip);
  return (address && all.find(({ subnet }) => overlap(parseCidr(subnet)!, address))) ?? all[0];
}

/** What a container is to have. */
interface WantedLink {
  ip?: string | undefined;
  ip6?: string | undefined;
  /** Pouch leases the addresses: {@link withLinkAddresses} sets them. */
  keepsAddress: boolean;
  noDefaultRoute: boolean;
}

/** Returns the CNI configuration of an attachment to the network. */
export function cniLink(network: LinkNetwork, wanted: WantedLink): CniNetwork {
  const { kind, name, parent, mode, mtu, internal } = network;
  const isRouted = !internal && !wanted.noDefaultRoute;
  const ips = [wanted.ip, wanted.ip6].filter((one) => one !== undefined);
  const ipam = wanted.keepsAddress ? { type: 'static' } : hostLocal(network, wanted);
  const plugin = {
    type: kind,
    master: parent,
    mode,
    ...(mtu !== undefined && { mtu }),
    ipam: { ...ipam, ...(isRouted && { routes: defaultRoutes(network) }) },
    ...(ips.length > 0 && !wanted.keepsAddress && { args: { cni: { ips } } }),
  };
  return { cniVersion: '1.0.0', name, plugins: [plugin] };
}

function defaultRoutes(network: LinkNetwork): { dst: string }[] {
  return [{ dst: '0.0.0.0/0' }, ...(subnetsOf(network, 6).length > 0 ? [{ dst: '::/0' }] : [])];
}

/** One set of ranges per family: a container gets an address of each. */
function hostLocal(network: LinkNetwork, { ip, ip6 }: WantedLink): Ipam {
  const ranges = ([4, 6] as const).map((family) => {
    const isFixed = (family === 4 ? ip : ip6) !== undefined;
    return subnetsOf(network, family).flatMap(({ subnet, gateway, ipRange }) =>
      partsOf(subnet, isFixed ? undefined : ipRange, network.reserved).map((part) => ({
        subnet,
        gateway,
        ...part,
      })),
    );
  });
  return { type: 'host-local', dataDir: network.ipamDir, ranges: ranges.filter((set) => set.length > 0) };
}

/** The network for a container that keeps its addresses. */
export function withLinkAddresses(
  cni: CniNetwork,
  network: LinkNetwork,
  held: readonly string[],
): CniNetwork {
  const [plugin] = cni.plugins;
  const addresses = held.map((ip) => {
    const { subnet, gateway } = subnetFor(network, ip.includes(':') ? 6 : 4, ip)!;
    return { address: `${ip}/${subnet.split('/')[1]}`, gateway };
  });
  const ipam = plugin!['ipam'] as Ipam;
  return { ...cni, plugins: [{ ...plugin!, ipam: { ...ipam, addresses } }] };
}
