/** Replaces a network under the declared containers that are on it, which continue to run. */
import { messageOf, type Network, type NewNetwork } from '../../../hooks/index.ts';
import { labels } from '../labels.ts';
import type { NetworkStep, NetworkUser } from '../plan/step.ts';
import type { AgentContext } from './agentContext.ts';
import { unmark } from './unmark.ts';

/**
 * Takes the containers off the network, replaces it, and connects those that stay on it. If it cannot be replaced, the
 * old one is put back. Killed meanwhile, the next pouchd connects them: they have the mark of those that are changed.
 */
export async function replaceNetwork(
  context: AgentContext,
  { name, users = [] }: NetworkStep,
  wanted: NewNetwork,
): Promise<void> {
  const { containers, networks } = context;
  const before = networks.inspect(name);
  const left: NetworkUser[] = [];
  try {
    for (const user of users) {
      await containers.update(user.id, { labels: { [labels.stopped]: '' } });
      left.push(user);
      await networks.disconnect(name, user.id, { force: true });
    }
    await networks.remove(name);
    await networks.create(wanted);
  } catch (error) {
    await putBack(context, before, left);
    throw error;
  }
  await connectAll(context, name, users);
}

async function putBack(context: AgentContext, before: Network, users: readonly NetworkUser[]): Promise<void> {
  const { networks, log } = context;
  const { name, driver, internal, attachable, enableIPv6, options, ipam, labels: own } = before;
  try {
    const isThere = networks.list().some((network) => network.name === name);
    if (!isThere)
      await networks.create({ name, driver, internal, attachable, enableIPv6, options, ipam, labels: own });
    await connectAll(context, name, users);
  } catch (error) {
    log.error('a network was not put back', { network: name, error: messageOf(error) });
  }
}

/** One that cannot be connected does not keep the others from it. @throws the first error */
async function connectAll(context: AgentContext, name: string, users: readonly NetworkUser[]): Promise<void> {
  const { networks } = context;
  const errors: unknown[] = [];
  for (const { id, endpoint } of users)
    try {
      if (endpoint && !isOn(context, id, name)) await networks.connect(name, id, endpoint);
      await unmark(context, id);
    } catch (error) {
      errors.push(error);
    }
  if (errors.length > 0) throw errors[0];
}

/** Whether it was not taken off the network. */
function isOn({ containers }: AgentContext, id: string, name: string): boolean {
  const { network } = containers.inspect(id).request;
  if (network?.mode === name) return network.detached !== true;
  return (network?.endpoints ?? []).some((endpoint) => endpoint.network === name);
}
