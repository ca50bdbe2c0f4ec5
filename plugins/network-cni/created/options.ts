/** The options of networks with the driver `bridge`, beside the one that the daemon has by itself. */
import { PouchError, type Static, Type } from '../../../hooks/index.ts';
import { overlap, parseCidr } from '../cidr.ts';

const cidr = (description: string) => Type.Optional(Type.String({ description, maxLength: 18 }));

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
  checkAddresses(options);
}

/** @throws PCH_OPTION_INVALID */
export function checkAddresses({ subnet, gateway, ipRange }: AddressesOfSubnet): void {
  const whole = networkIn(subnet);
  if (whole.prefix < 8 || whole.prefix > 29)
    throw invalid(`subnet: expected a prefix of 8 to 29 bits, found ${subnet}`, 'choose another size');
  if (gateway !== undefined && !isHostIn(subnet, gateway))
    throw invalid(
      `no matching subnet for gateway ${gateway}: expected an address of ${subnet}`,
      'choose an address of the subnet except its first and last',
    );
  if (ipRange === undefined) return;
  const range = networkIn(ipRange);
  if (range.prefix < whole.prefix || !overlap(whole, range))
    throw invalid(
      `no matching subnet for range ${ipRange}: expected a part of ${subnet}`,
      'choose a range inside the subnet',
    );
}

interface AddressesOfSubnet {
  subnet: string;
  gateway?: string | undefined;
  ipRange?: string | undefined;
}

function networkIn(text: string) {
  const found = text.includes('/') ? parseCidr(text) : undefined;
  if (found) return found;
  throw invalid(`invalid CIDR address: ${text}`, 'use an IPv4 network such as 172.28.0.0/16');
}

function isHostIn(subnet: string, address: string): boolean {
  const whole = parseCidr(subnet)!;
  const found = address.includes('/') ? undefined : parseCidr(address);
  if (!found || !overlap(whole, found)) return false;
  const offset = found.base - whole.base;
  return offset > 0 && offset < 2 ** (32 - whole.prefix) - 1;
}

export function invalid(message: string, hint: string): PouchError {
  return new PouchError('PCH_OPTION_INVALID', message, { hint });
}
