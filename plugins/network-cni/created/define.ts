/** Chooses the bridge and the addresses of a network that a client creates. */
import {
  type DefinedNetwork,
  type HostFacts,
  type NetworkAddresses,
  type NewDriverNetwork,
  PouchError,
} from '../../../hooks/index.ts';
import type { HostNetwork } from '../bridge/host.ts';
import { addressIn, type Cidr, overlap, parseCidr } from '../cidr.ts';
import { type BridgeOptions, checkAddresses, invalid } from './options.ts';
import { fromDocker } from './dockerOptions.ts';

/** @throws PCH_OPTION_INVALID, PCH_NETWORK_OVERLAP, PCH_NETWORK_CLASH, PCH_NETWORK_FULL */
export function defineBridge(
  wanted: NewDriverNetwork,
  { network }: Pick<HostFacts, 'network'>,
  host: HostNetwork,
): DefinedNetwork {
  const asked = fromDocker(wanted.options);
  const bridge = asked.bridge ?? `br-${wanted.id.slice(0, 12)}`;
  refuseBridge(bridge, host);
  const taken = takenBy(wanted, network, host);
  const { subnet, gateway, ipRange } = addressesOf(wanted, taken);
  const options: BridgeOptions = {
    ...asked,
    bridge,
    subnet,
    gateway,
    ...(ipRange !== undefined && { ipRange }),
    ...(wanted.internal && { internal: true }),
  };
  return { options, addresses: [{ subnet, gateway, ...(ipRange !== undefined && { ipRange }) }] };
}

interface Taken {
  cidr: Cidr;
  /** For messages: `the network lan`. */
  by: string;
}

function addressesOf(
  { addresses, enableIPv6 }: NewDriverNetwork,
  taken: readonly Taken[],
): { subnet: string; gateway: string; ipRange?: string } {
  const [asked = {}, ...others] = addresses;
  if (enableIPv6 || addresses.some(({ subnet }) => subnet?.includes(':')))
    throw new PouchError('PCH_NOT_SUPPORTED', 'IPv6 networks are not supported by the driver bridge', {
      hint: 'omit IPv6 and its subnets',
    });
  if (others.length > 0) throw invalid('expected one subnet, found several', 'create a network for each');
  if (Object.keys(asked.reserved ?? {}).length > 0)
    throw new PouchError('PCH_NOT_SUPPORTED', 'reserved addresses are not supported by the driver bridge', {
      hint: 'give containers addresses of a part of the subnet: the IP range',
    });
  return asked.subnet === undefined ? chosen(asked, taken) : given({ ...asked, subnet: asked.subnet }, taken);
}

function given({ subnet, gateway, ipRange }: NetworkAddresses & { subnet: string }, taken: readonly Taken[]) {
  checkAddresses({ subnet, gateway, ipRange });
  const cidr = parseCidr(subnet)!;
  const other = taken.find((one) => overlap(one.cidr, cidr));
  if (other)
    throw new PouchError(
      'PCH_NETWORK_OVERLAP',
      `Pool overlaps with other one on this address space: ${subnet} with ${textOf(other.cidr)} of ${other.by}`,
      { hint: 'choose another subnet, or leave it out' },
    );
  return {
    subnet: textOf(cidr),
    gateway: gateway ?? addressIn(cidr, 1),
    ...(ipRange !== undefined && { ipRange: textOf(parseCidr(ipRange)!) }),
  };
}

function chosen({ gateway, ipRange }: NetworkAddresses, taken: readonly Taken[]) {
  if (gateway !== undefined || ipRange !== undefined)
    throw invalid('every gateway and IP range must have a corresponding subnet', 'set the subnet, too');
  for (const cidr of pools())
    if (!taken.some((one) => overlap(one.cidr, cidr)))
      return { subnet: textOf(cidr), gateway: addressIn(cidr, 1) };
  throw new PouchError(
    'PCH_NETWORK_FULL',
    'could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network',
    { hint: 'remove networks that are not needed, or choose a subnet' },
  );
}

/** dockerd's default pools: 172.17.0.0/16 to 172.31.0.0/16, then the 16 networks of 192.168.0.0/16 with 20 bits. */
function* pools(): Generator<Cidr> {
  for (let n = 17; n <= 31; n += 1) yield parseCidr(`172.${n}.0.0/16`)!;
  for (let n = 0; n < 256; n += 16) yield parseCidr(`192.168.${n}.0/20`)!;
}

function takenBy(
  { others }: NewDriverNetwork,
  { bridge, subnet }: HostFacts['network'],
  { links, routes }: HostNetwork,
): Taken[] {
  const all = [
    ...others.map((one) => ({ text: one.subnet, by: `the network ${one.name}` })),
    { text: subnet, by: `the network bridge (${bridge})` },
    ...links.flatMap(({ name, addresses }) =>
      addresses.map((text) => ({ text, by: `the interface ${name}` })),
    ),
    ...routes.map(({ destination, device }) => ({ text: destination, by: `a route of ${device}` })),
  ];
  return all.flatMap(({ text, by }) => {
    const cidr = parseCidr(text);
    return cidr ? [{ cidr, by }] : [];
  });
}

function refuseBridge(bridge: string, { links }: HostNetwork): void {
  if (!links.some(({ name }) => name === bridge)) return;
  throw new PouchError(
    'PCH_NETWORK_CLASH',
    `expected an unused name for the bridge, found the interface ${bridge} on the host`,
    { hint: 'choose another name, or leave it out' },
  );
}

function textOf(cidr: Cidr): string {
  return `${addressIn(cidr, 0)}/${cidr.prefix}`;
}
