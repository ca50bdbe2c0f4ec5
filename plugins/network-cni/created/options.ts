/** The options of networks with the driver `bridge`, beside the one that the daemon has by itself. */
import { PouchError, type Static, Type } from '../../../hooks/index.ts';
import { bitsOf, canonicalAddress, overlap, parseCidr, sizeOf } from '../cidr.ts';

const cidr = (description: string) => Type.Optional(Type.String({ description, maxLength: 49 }));

/** Addresses that no container gets. */
export const mostReserved = 256;

export const bridgeOptions = Type.Object(
  {
    bridge: Type.Optional(
      Type.String({
        description: 'Name of the bridge interface.',
        pattern: '^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,14}$',
      }),
    ),
    subnet: cidr('IPv4 network in CIDR form.'),
    gateway: cidr('Address of the bridge. Default: the first of the subnet.'),
    ipRange: cidr('The part of the subnet that containers get addresses of. Default: all of it.'),
    subnet6: cidr('IPv6 network in CIDR form, beside the IPv4 one.'),
    gateway6: cidr('IPv6 address of the bridge. Default: the first of the IPv6 subnet.'),
    ipRange6: cidr('The part of the IPv6 subnet that containers get addresses of. Default: all of it.'),
    reserved: Type.Optional(
      Type.Array(Type.String({ maxLength: 45 }), {
        description: 'Addresses of the subnets that no container gets.',
        maxItems: mostReserved,
      }),
    ),
    mtu: Type.Optional(Type.Integer({ description: 'Default: `network.mtu`.', minimum: 0, maximum: 65_535 })),
    ipMasq: Type.Optional(
      Type.Boolean({ description: 'Whether containers reach other networks with the host’s address.' }),
    ),
    icc: Type.Optional(Type.Boolean({ description: 'false: its containers do not reach one another.' })),
    internal: Type.Optional(Type.Boolean({ description: 'Its containers reach nothing outside it.' })),
    publishAddress: Type.Optional(
      Type.String({ description: 'Host address of ports published without one.', maxLength: 15 }),
    ),
  },
  { additionalProperties: false },
);

/** Options of a network on a bridge of its own. */
export type BridgeOptions = Static<typeof bridgeOptions>;

/** Whether the options are those of a network on a bridge of its own. */
export function isComplete(
  options: BridgeOptions,
): options is BridgeOptions & { bridge: string; subnet: string } {
  return options.bridge !== undefined && options.subnet !== undefined;
}

/** @throws PCH_OPTION_INVALID */
export function checkBridgeOptions(name: string, options: BridgeOptions): void {
  // The bridge of the daemon itself.
  if (name === 'bridge' && Object.keys(options).length === 0) return;
  if (!isComplete(options))
    throw invalid(`the network ${name}: expected the options bridge and subnet`, 'set both in pouchd.yaml');
  const { subnet, gateway, ipRange, subnet6, gateway6, ipRange6, reserved = [] } = options;
  const subnets = [{ subnet, gateway, ipRange }];
  if (subnet6 !== undefined) subnets.push({ subnet: subnet6, gateway: gateway6, ipRange: ipRange6 });
  else if (gateway6 !== undefined || ipRange6 !== undefined)
    throw invalid(
      `the network ${name}: expected the option subnet6 with gateway6 and ipRange6`,
      'set it, too, or leave them out',
    );
  for (const [n, one] of subnets.entries()) checkAddresses(one, n === 0 ? 4 : 6);
  checkReserved(subnets, reserved);
}

/** Sizes of subnets that containers can share, in bits of their prefixes. */
const sizes = { 4: { fewest: 8, most: 29 }, 6: { fewest: 16, most: 125 } } as const;

/** @throws PCH_OPTION_INVALID */
export function checkAddresses({ subnet, gateway, ipRange }: AddressesOfSubnet, family: 4 | 6): void {
  const whole = networkIn(subnet, family);
  const { fewest, most } = sizes[family];
  if (whole.prefix < fewest || whole.prefix > most)
    throw invalid(
      `subnet: expected a prefix of ${fewest} to ${most} bits, found ${subnet}`,
      'choose another size',
    );
  if (gateway !== undefined && !isHostIn(subnet, gateway))
    throw invalid(
      `no matching subnet for gateway ${gateway}: expected an address of ${subnet}`,
      'choose an address of the subnet except its first and last',
    );
  if (ipRange === undefined) return;
  const range = networkIn(ipRange, family);
  if (range.prefix < whole.prefix || !overlap(whole, range))
    throw invalid(
      `no matching subnet for range ${ipRange}: expected a part of ${subnet}`,
      'choose a range inside the subnet',
    );
}

/** @throws PCH_OPTION_INVALID for an address that none of the subnets has, or that is taken */
export function checkReserved(subnets: readonly AddressesOfSubnet[], reserved: readonly string[]): void {
  const taken = new Set(
    subnets.flatMap(({ gateway }) => (gateway === undefined ? [] : [canonicalAddress(gateway)])),
  );
  for (const address of reserved) {
    if (!subnets.some(({ subnet }) => isHostIn(subnet, address)))
      throw invalid(
        `no matching subnet for aux-address ${address}: expected an address of ${subnets.map(({ subnet }) => subnet).join(' or ')}`,
        'choose an address of the subnet except its first and last',
      );
    if (taken.has(canonicalAddress(address)))
      throw invalid(
        `failed to allocate secondary ip address (${address}): Address already in use`,
        'name each address once, and not that of the gateway',
      );
    taken.add(canonicalAddress(address));
  }
}

interface AddressesOfSubnet {
  subnet: string;
  gateway?: string | undefined;
  ipRange?: string | undefined;
}

function networkIn(text: string, family: 4 | 6) {
  const found = text.includes('/') ? parseCidr(text) : undefined;
  if (found?.family === family) return found;
  throw invalid(
    `invalid CIDR address: ${text}`,
    `use an IPv${family} network such as ${family === 4 ? '172.28.0.0/16' : 'fd00:28::/64'}`,
  );
}

function isHostIn(subnet: string, address: string): boolean {
  const whole = parseCidr(subnet)!;
  const found = address.includes('/') ? undefined : parseCidr(address);
  if (found?.prefix !== bitsOf(whole) || !overlap(whole, found)) return false;
  const offset = found.base - whole.base;
  return offset > 0n && offset < sizeOf(whole) - 1n;
}

export function invalid(message: string, hint: string): PouchError {
  return new PouchError('PCH_OPTION_INVALID', message, { hint });
}
