/** Chooses and checks the subnets of a network that a client creates. */
import {
  type HostFacts,
  type NetworkAddresses,
  type NewDriverNetwork,
  PouchError,
} from '../../../hooks/index.ts';
import type { HostNetwork } from '../bridge/host.ts';
import { addressIn, canonicalAddress, type Cidr, overlap, parseCidr, textOf } from '../cidr.ts';
import { checkAddresses, checkReserved, invalid, mostReserved } from './options.ts';

/** One subnet of a network, complete. */
export interface DefinedSubnet {
  subnet: string;
  gateway: string;
  ipRange?: string;
  /** By what has them. */
  reserved?: Record<string, string>;
}

interface DefinedAddresses {
  /** At least one. */
  four: DefinedSubnet[];
  six: DefinedSubnet[];
  /** Addresses that no container gets. */
  reserved: string[];
}

/**
 * @param isShared the subnets that are asked for are those of networks that the host is in
 * @throws PCH_OPTION_INVALID, PCH_NETWORK_OVERLAP, PCH_NETWORK_FULL
 */
export function defineAddresses(
  wanted: NewDriverNetwork,
  { network }: Pick<HostFacts, 'network'>,
  host: HostNetwork,
  { isShared = false }: { isShared?: boolean } = {},
): DefinedAddresses {
  const { addresses, enableIPv6 } = wanted;
  const isSix = ({ subnet }: NetworkAddresses) => subnet?.includes(':') ?? false;
  const asked = { four: addresses.filter((one) => !isSix(one)), six: addresses.filter(isSix) };
  if (asked.six.length > 0 && !enableIPv6)
    throw invalid(
      `the subnet ${asked.six[0]!.subnet} needs IPv6, which the network does not have`,
      'enable IPv6 for the network, too (--ipv6, EnableIPv6)',
    );
  if (enableIPv6 && asked.six.length === 0)
    throw new PouchError(
      'PCH_NETWORK_FULL',
      'could not find an available, non-overlapping IPv6 address pool among the defaults to assign to the network',
      { hint: 'choose an IPv6 subnet, such as fd00:28::/64' },
    );
  const taken = takenBy(wanted, network, host);
  const others = isShared ? taken.filter((one) => !one.isOfHost) : taken;
  const four = asked.four.length === 0 ? [chosen({}, taken)] : definedIn(asked.four, others, 4);
  const six = definedIn(asked.six, others, 6);
  const all = [...four, ...six];
  const reserved = all.flatMap((one) => Object.values(one.reserved ?? {}));
  if (reserved.length > mostReserved)
    throw invalid(
      `expected at most ${mostReserved} auxiliary addresses, found ${reserved.length}`,
      'choose an IP range in their place',
    );
  for (const one of all) checkReserved([one], Object.values(one.reserved ?? {}));
  return { four, six, reserved: reserved.map(canonicalAddress) };
}

interface Taken {
  cidr: Cidr;
  /** For messages: `the network lan`. */
  by: string;
  /** An interface or a route has it, not a network of pouchd. */
  isOfHost?: boolean;
}

function definedIn(
  all: readonly NetworkAddresses[],
  taken: readonly Taken[],
  family: 4 | 6,
): DefinedSubnet[] {
  const defined: DefinedSubnet[] = [];
  for (const one of all) {
    const own = defined.map(({ subnet }) => ({ cidr: parseCidr(subnet)!, by: 'the same network' }));
    const { subnet } = one;
    defined.push(
      subnet === undefined ? chosen(one, taken) : given({ ...one, subnet }, [...taken, ...own], family),
    );
  }
  return defined;
}

function given(
  { subnet, gateway, ipRange, reserved = {} }: NetworkAddresses & { subnet: string },
  taken: readonly Taken[],
  family: 4 | 6,
): DefinedSubnet {
  checkAddresses({ subnet, gateway, ipRange }, family);
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
    gateway: gateway === undefined ? firstFree(cidr, reserved) : canonicalAddress(gateway),
    ...(ipRange !== undefined && { ipRange: textOf(parseCidr(ipRange)!) }),
    ...(Object.keys(reserved).length > 0 && { reserved }),
  };
}

/** An auxiliary address may be the first of the subnet. */
function firstFree(cidr: Cidr, reserved: Readonly<Record<string, string>>): string {
  const taken = new Set(Object.values(reserved).map(canonicalAddress));
  let n = 1;
  while (taken.has(addressIn(cidr, n))) n += 1;
  return addressIn(cidr, n);
}

function chosen({ gateway, ipRange, reserved }: NetworkAddresses, taken: readonly Taken[]): DefinedSubnet {
  if (gateway !== undefined || ipRange !== undefined || reserved !== undefined)
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
  const ofHost = [
    ...links.flatMap(({ name, addresses }) =>
      addresses.map((text) => ({ text, by: `the interface ${name}` })),
    ),
    ...routes.map(({ destination, device }) => ({ text: destination, by: `a route of ${device}` })),
  ];
  const all = [
    ...others.map((one) => ({ text: one.subnet, by: `the network ${one.name}`, isOfHost: false })),
    { text: subnet, by: `the network bridge (${bridge})`, isOfHost: false },
    ...ofHost.map((one) => ({ ...one, isOfHost: true })),
  ];
  return all.flatMap(({ text, by, isOfHost }) => {
    const cidr = parseCidr(text);
    return cidr ? [{ cidr, by, isOfHost }] : [];
  });
}
