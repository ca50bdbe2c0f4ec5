import type { ContainerRequest } from '../../../hooks/index.ts';
import { withSystemPaths } from '../../../translate/words/systemPaths.ts';
import { digestOf } from '../declare/digestOf.ts';
import { usersLabels } from '../labels.ts';
import {
  canonicalCapability,
  canonicalReference,
  canonicalSecurityOptions,
  canonicalSignal,
} from './canonical.ts';

type Volumes = NonNullable<ContainerRequest['volumes']>;

/**
 * What of a request the agent compares. What profiles add is in it, so that their names are not; an id, and the size of
 * a terminal, belong to the call that has made the container.
 */
export function comparable(request: ContainerRequest): Partial<ContainerRequest> {
  const {
    profiles: _profiles,
    name: _name,
    id: _id,
    consoleSize: _consoleSize,
    image,
    restart,
    network,
    volumes,
    stopSignal,
    capAdd,
    capDrop,
    securityOpt,
    ...others
  } = withSystemPaths(request);
  return {
    ...others,
    labels: usersLabels(others.labels),
    image: canonicalReference(image),
    ...(stopSignal && { stopSignal: canonicalSignal(stopSignal) }),
    ...(capAdd && { capAdd: capAdd.map(canonicalCapability) }),
    ...(capDrop && { capDrop: capDrop.map(canonicalCapability) }),
    ...(securityOpt && { securityOpt: canonicalSecurityOptions(securityOpt) }),
    // No policy is the policy `no`.
    ...(restart && restart.name !== 'no' && { restart }),
    ...(volumes && { volumes: comparableVolumes(volumes) }),
    network: comparableNetwork(network ?? { mode: '' }),
  };
}

/**
 * What was copied into a volume once has no other effect; one that was mounted later has copied nothing. A named volume
 * is the same by `volume` and by `mount`.
 */
function comparableVolumes(volumes: Volumes): Volumes {
  return volumes.map(({ nocopy: _nocopy, form, ...volume }) => ({
    ...volume,
    ...(form && volume.kind !== 'volume' && { form }),
  }));
}

/**
 * A published port is exposed, too, by whatever way it was published. The default network is `bridge`. The engine names
 * the interfaces of networks; the order of aliases has no meaning.
 */
function comparableNetwork(network: NonNullable<ContainerRequest['network']>) {
  const { exposed = [], ports = [], endpoints = [], detached = false } = network;
  const published = new Set(ports.map(({ containerPort, protocol }) => `${containerPort}/${protocol}`));
  const others = exposed.filter((port) => !published.has(port.includes('/') ? port : `${port}/tcp`));
  const joined = endpoints.map(({ interface: _interface, aliases = [], ...endpoint }) => ({
    ...endpoint,
    ...(aliases.length > 0 && { aliases: aliases.toSorted() }),
  }));
  const mode = ['', 'default'].includes(network.mode) ? 'bridge' : network.mode;
  return { ...network, mode, exposed: others, endpoints: joined, detached };
}

/** The digest by which a container knows its declaration, from what is compared of that, with its profiles. */
export function declarationDigest(compared: ReturnType<typeof comparable>, key: string): string {
  return digestOf(compared, key);
}
