/** Chooses the bridge of a network that a client creates. */
import {
  type DefinedNetwork,
  type HostFacts,
  type NewDriverNetwork,
  PouchError,
} from '../../../hooks/index.ts';
import type { HostNetwork } from '../bridge/host.ts';
import { defineAddresses, type DefinedSubnet } from './addresses.ts';
import { type BridgeOptions, invalid } from './options.ts';
import { fromDocker } from './dockerOptions.ts';

/** @throws PCH_OPTION_INVALID, PCH_NETWORK_OVERLAP, PCH_NETWORK_CLASH, PCH_NETWORK_FULL */
export function defineBridge(
  wanted: NewDriverNetwork,
  facts: Pick<HostFacts, 'network'>,
  host: HostNetwork,
): DefinedNetwork {
  const asked = fromDocker(wanted.options);
  const bridge = asked.bridge ?? `br-${wanted.id.slice(0, 12)}`;
  refuseBridge(bridge, host);
  const { four, six, reserved } = defineAddresses(wanted, facts, host);
  const [subnet, ...others] = four;
  if (others.length > 0)
    throw invalid("bridge driver doesn't support multiple subnets", 'create a network for each IPv4 subnet');
  if (six.length > 1)
    throw invalid("bridge driver doesn't support multiple subnets", 'create a network for each IPv6 subnet');
  const options: BridgeOptions = {
    ...asked,
    bridge,
    ...plain(subnet!),
    ...(six[0] && named6(plain(six[0]))),
    ...(reserved.length > 0 && { reserved }),
    ...(wanted.internal && { internal: true }),
  };
  return { options, addresses: [subnet!, ...six] };
}

function plain({ subnet, gateway, ipRange }: DefinedSubnet) {
  return { subnet, gateway, ...(ipRange !== undefined && { ipRange }) };
}

function named6({ subnet, gateway, ipRange }: Omit<DefinedSubnet, 'reserved'>) {
  return { subnet6: subnet, gateway6: gateway, ...(ipRange !== undefined && { ipRange6: ipRange }) };
}

function refuseBridge(bridge: string, { links }: HostNetwork): void {
  if (!links.some(({ name }) => name === bridge)) return;
  throw new PouchError(
    'PCH_NETWORK_CLASH',
    `expected an unused name for the bridge, found the interface ${bridge} on the host`,
    { hint: 'choose another name, or leave it out' },
  );
}
