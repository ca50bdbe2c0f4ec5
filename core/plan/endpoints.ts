/** The networks of a container, each with its interface. */
import type { ContainerDraft } from '../../hooks/draft.ts';
import type { PortRequest } from '../../hooks/request.ts';
import { joinPrefix } from '../contract/namespaces.ts';
import type { NetworkFacts } from '../networks/NetworkDrivers.ts';

/** A network that a container is attached to. */
export interface Endpoint {
  readonly facts: NetworkFacts;
  /** Name of the interface in the container. */
  readonly interface: string;
  readonly ip?: string | undefined;
  readonly ip6?: string | undefined;
  readonly mac?: string | undefined;
  readonly ports: readonly PortRequest[];
  /** Another network has the default route. */
  readonly noDefaultRoute?: true;
}

/** The interface in the network of `mode`. */
export const firstInterface = 'eth0';

/** The name of the first interface from `eth1` on that no endpoint has. */
export function freeInterface(taken: readonly (string | undefined)[]): string {
  let number = 1;
  while (taken.includes(`eth${number}`)) number += 1;
  return `eth${number}`;
}

/**
 * The first network that leads outside has the default route and the published ports; another container's networks
 * are not those of this one. @throws PCH_NETWORK_NOT_FOUND
 */
export function endpointsOf(
  { network }: Pick<ContainerDraft, 'network'>,
  networkOf: (name: string) => NetworkFacts,
): Endpoint[] {
  const { mode, request, ports } = network;
  if (mode.startsWith(joinPrefix)) return [];
  const { ip, ip6, mac, endpoints = [], detached } = request;
  const first = detached ? [] : [{ facts: networkOf(mode), interface: firstInterface, ip, ip6, mac }];
  const others = endpoints.map((one, n) => ({
    ...one,
    facts: networkOf(one.network),
    interface: one.interface ?? `eth${n + 1}`,
  }));
  const all = [...first, ...others];
  const outside = all.find(({ facts }) => !facts.internal);
  return all.map((one) => ({
    facts: one.facts,
    interface: one.interface,
    ip: one.ip,
    ip6: one.ip6,
    mac: one.mac,
    ports: one === outside && one.facts.ports ? Object.values(ports) : [],
    ...(outside !== undefined && one !== outside && { noDefaultRoute: true as const }),
  }));
}
