import type { AgentDeclaration } from '../../../client/wire.ts';
import type { ContainerRequest, Network, Volume } from '../../../hooks/index.ts';
import { withoutEmpty } from '../../../translate/words/texts.ts';
import { usersLabels } from '../labels.ts';

/** Names of the networks that containers ask for. */
export function networksOf(requests: readonly ContainerRequest[]): Set<string> {
  return new Set(
    requests.flatMap(({ network }) =>
      network ? [network.mode, ...(network.endpoints ?? []).map((endpoint) => endpoint.network)] : [],
    ),
  );
}

/** Names of the volumes that containers ask for. */
export function volumesOf(requests: readonly ContainerRequest[]): Set<string> {
  return new Set(
    requests.flatMap(({ volumes = [] }) =>
      volumes.flatMap(({ kind, source }) => (kind === 'volume' && source !== undefined ? [source] : [])),
    ),
  );
}

export type ShownNetwork = Pick<
  Network,
  'name' | 'driver' | 'internal' | 'attachable' | 'enableIPv6' | 'options' | 'labels'
> & { readonly ipam: Pick<Network['ipam'], 'addresses'> };

export function networkDeclaration(network: ShownNetwork, Notes: string[] = []): AgentDeclaration {
  const { name, driver, internal, attachable, enableIPv6, options, labels, ipam } = network;
  const { addresses } = ipam;
  const reserved = addresses.flatMap((one) =>
    Object.entries(one.reserved ?? {}).map(([host, address]) => `${host}=${address}`),
  );
  const Words = withoutEmpty({
    driver: driver === 'bridge' ? undefined : driver,
    subnet: addresses.flatMap(({ subnet }) => subnet ?? []),
    'ip-range': addresses.flatMap(({ ipRange }) => ipRange ?? []),
    gateway: addresses.flatMap(({ gateway }) => (gateway === undefined || isUsual(gateway) ? [] : [gateway])),
    'aux-address': reserved,
    ipv6: enableIPv6,
    internal,
    attachable,
    opt: options,
    label: usersLabels(labels),
  });
  return { Name: name, Words, Notes, Lost: [] };
}

/** The engine chooses the first address of a subnet, too. */
function isUsual(gateway: string): boolean {
  return /(\.|::)1$/.test(gateway);
}

export function volumeDeclaration(
  { name, driver, options, labels }: Pick<Volume, 'name' | 'driver' | 'options' | 'labels'>,
  Notes: string[] = [],
): AgentDeclaration {
  const Words = withoutEmpty({
    driver: driver === 'local' ? undefined : driver,
    opt: options,
    label: usersLabels(labels),
  });
  return { Name: name, Words, Notes, Lost: [] };
}
