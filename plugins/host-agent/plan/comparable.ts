import type { ContainerRequest } from '../../../hooks/index.ts';
import { withSystemPaths } from '../../../translate/words/systemPaths.ts';
import { usersLabels } from '../labels.ts';

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
    restart,
    network,
    volumes,
    ...others
  } = withSystemPaths(request);
  return {
    ...others,
    labels: usersLabels(others.labels),
    // No policy is the policy `no`.
    ...(restart && restart.name !== 'no' && { restart }),
    // What was copied into a volume once has no other effect; one that was mounted later has copied nothing.
    ...(volumes && { volumes: volumes.map(({ nocopy: _nocopy, ...volume }) => volume) }),
    ...(network && { network: comparableNetwork(network) }),
  };
}

/**
 * A published port is exposed, too, by whatever way it was published. The engine names the interfaces of networks; the
 * order of aliases has no meaning.
 */
function comparableNetwork(network: NonNullable<ContainerRequest['network']>) {
  const { exposed = [], ports = [], endpoints = [] } = network;
  const published = new Set(ports.map(({ containerPort, protocol }) => `${containerPort}/${protocol}`));
  const others = exposed.filter((port) => !published.has(port.includes('/') ? port : `${port}/tcp`));
  const joined = endpoints.map(({ interface: _interface, aliases = [], ...endpoint }) => ({
    ...endpoint,
    ...(aliases.length > 0 && { aliases: aliases.toSorted() }),
  }));
  return { ...network, exposed: others, endpoints: joined };
}
