/** Chooses the parent and the addresses of a macvlan or ipvlan network that a client creates. */
import type { DefinedNetwork, HostFacts, NewDriverNetwork } from '../../../hooks/index.ts';
import type { HostLink, HostNetwork } from '../bridge/host.ts';
import { defineAddresses } from '../created/addresses.ts';
import { invalid } from '../created/options.ts';
import { type LinkKind, linkModes, type LinkOptions } from './options.ts';

/** @throws PCH_OPTION_INVALID, PCH_NETWORK_OVERLAP, PCH_NETWORK_FULL */
export function defineLink(
  kind: LinkKind,
  wanted: NewDriverNetwork,
  facts: Pick<HostFacts, 'network'>,
  host: HostNetwork,
): DefinedNetwork {
  const { parent: named, ...asked } = fromDocker(kind, wanted.options);
  const { parent, made } = parentOf(kind, { named, id: wanted.id }, host);
  // The addresses are those of the parent's network: what the host has there does not overlap.
  const { four, six, reserved } = defineAddresses(wanted, facts, host, { isShared: true });
  if (six.length > 1)
    throw invalid(`${kind} driver doesn't support multiple IPv6 subnets`, 'create a network for each');
  const options: LinkOptions = {
    ...asked,
    parent,
    ...(made && { made }),
    subnets: [...four, ...six].map(({ subnet, gateway, ipRange }) => ({
      subnet,
      gateway,
      ...(ipRange !== undefined && { ipRange }),
    })),
    ...(reserved.length > 0 && { reserved }),
    ...((wanted.internal || made === 'dummy') && { internal: true }),
  };
  return { options, addresses: [...four, ...six], ...(options.internal && { internal: true as const }) };
}

function fromDocker(
  kind: LinkKind,
  options: Readonly<Record<string, string>>,
): Pick<LinkOptions, 'parent' | 'mode' | 'mtu'> {
  const read: Pick<LinkOptions, 'parent' | 'mode' | 'mtu'> = {};
  for (const [key, text] of Object.entries(options)) {
    if (key === 'parent') {
      if (text !== '') read.parent = text;
    } else if (key === `${kind}_mode`) read.mode = modeOf(kind, text);
    else if (key === 'com.docker.network.driver.mtu') read.mtu = mtuOf(text);
    else
      throw invalid(
        `the network driver ${kind} has no option "${key}"`,
        `it takes the options parent, ${kind}_mode and com.docker.network.driver.mtu`,
      );
  }
  return read;
}

function modeOf(kind: LinkKind, text: string): NonNullable<LinkOptions['mode']> {
  const modes: readonly string[] = linkModes[kind];
  const mode = text === '' ? modes[0]! : text.toLowerCase();
  if (modes.includes(mode)) return mode as NonNullable<LinkOptions['mode']>;
  throw invalid(
    `requested ${kind} mode '${text}' is not valid, '${modes[0]}' mode is the ${kind} driver default`,
    `use one of ${modes.join(', ')}`,
  );
}

function mtuOf(text: string): number {
  const mtu = /^\d{2,5}$/.test(text) ? Number(text) : 0;
  if (mtu >= 68 && mtu <= 65_535) return mtu;
  throw invalid(
    `com.docker.network.driver.mtu: expected a number of bytes, found "${text}"`,
    'correct the value, or omit the option',
  );
}

/** Without one, an interface that leads nowhere; `eth1.50` is made where `eth1` exists, as with Docker. */
function parentOf(
  kind: LinkKind,
  { named, id }: { named: string | undefined; id: string },
  { links }: HostNetwork,
): { parent: string; made?: 'dummy' | 'vlan' } {
  if (named === undefined) return { parent: `dm-${id.slice(0, 12)}`, made: 'dummy' };
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,14}$/.test(named))
    throw invalid(
      `parent: expected the name of an interface, at most 15 characters, found "${named}"`,
      'correct the value',
    );
  const found = links.find(({ name }) => name === named);
  if (found) return { parent: checkedParent(kind, found) };
  const [, base, number] = /^(.+)\.(\d{1,4})$/.exec(named) ?? [];
  const isVlan = Number(number) >= 1 && Number(number) <= 4094;
  if (isVlan && links.some(({ name }) => name === base)) return { parent: named, made: 'vlan' };
  throw invalid(
    `parent: the host has no interface ${named}`,
    '`ip link` shows the interfaces; eth0.10 is the VLAN 10 of an interface eth0',
  );
}

function checkedParent(kind: LinkKind, { name, isLoopback }: HostLink): string {
  if (isLoopback)
    throw invalid(`loopback interface is not a valid ${kind} parent link`, 'name another interface');
  return name;
}
