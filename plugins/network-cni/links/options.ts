/** The options of networks whose containers have interfaces on one of the host: macvlan and ipvlan. */
import { type Static, Type } from '../../../hooks/index.ts';
import { checkAddresses, checkReserved, invalid, mostReserved } from '../created/options.ts';

/** The modes of each kind; the first is the default, as with Docker. */
export const linkModes = {
  macvlan: ['bridge', 'private', 'vepa', 'passthru'],
  ipvlan: ['l2', 'l3', 'l3s'],
} as const;

/** A driver of this kind of networks. */
export type LinkKind = keyof typeof linkModes;

const cidr = (description: string) => Type.String({ description, maxLength: 49 });

const subnet = Type.Object(
  {
    subnet: cidr('In CIDR form.'),
    gateway: Type.Optional(
      Type.String({ description: 'The router. Default: the first address.', maxLength: 45 }),
    ),
    ipRange: Type.Optional(cidr('The part that containers get addresses of. Default: all of it.')),
  },
  { additionalProperties: false },
);

export const linkOptions = (kind: LinkKind) =>
  Type.Object(
    {
      parent: Type.Optional(
        Type.String({
          description: 'Interface of the host.',
          pattern: '^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,14}$',
        }),
      ),
      made: Type.Optional(
        Type.Union([Type.Literal('dummy'), Type.Literal('vlan')], {
          description:
            'pouchd makes the parent: an interface that leads nowhere, or the VLAN of the number behind the last dot of its name.',
        }),
      ),
      mode: Type.Optional(
        Type.Union(
          linkModes[kind].map((mode) => Type.Literal(mode)),
          { description: `Default: \`${linkModes[kind][0]}\`.` },
        ),
      ),
      mtu: Type.Optional(
        Type.Integer({ description: 'Default: that of the parent.', minimum: 68, maximum: 65_535 }),
      ),
      subnets: Type.Optional(
        Type.Array(subnet, { description: 'At least one of IPv4, at most one of IPv6.', maxItems: 16 }),
      ),
      reserved: Type.Optional(
        Type.Array(Type.String({ maxLength: 45 }), {
          description: 'Addresses of the subnets that no container gets.',
          maxItems: mostReserved,
        }),
      ),
      internal: Type.Optional(Type.Boolean({ description: 'Its containers have no default route.' })),
    },
    { additionalProperties: false },
  );

/** Options of a network on an interface of the host. */
export type LinkOptions = Static<ReturnType<typeof linkOptions>>;

/** @throws PCH_OPTION_INVALID */
export function checkLinkOptions(name: string, { parent, subnets = [], reserved = [] }: LinkOptions): void {
  const families = subnets.map((one) => (one.subnet.includes(':') ? 6 : 4));
  if (parent === undefined || !families.includes(4) || families.filter((family) => family === 6).length > 1)
    throw invalid(
      `the network ${name}: expected the option parent, and subnets with one of IPv4 and at most one of IPv6`,
      'set them in pouchd.yaml',
    );
  for (const [n, one] of subnets.entries()) checkAddresses(one, families[n]!);
  checkReserved(subnets, reserved);
}
