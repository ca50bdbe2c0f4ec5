import { type ContainerRequest, messageOf, type PublishedPort } from '../../../hooks/index.ts';
import type { ContainerStep } from '../plan/step.ts';
import type { AgentContext } from './agentContext.ts';

/**
 * Frees the host ports that move to another container: whichever of the two is changed first, the new one finds its
 * port free, also where two containers swap theirs.
 */
export async function releasePorts(
  { containers, log }: AgentContext,
  steps: readonly ContainerStep[],
): Promise<void> {
  const all = steps.flatMap(({ name, declared, wanted = declared?.request }) =>
    wanted ? [[name, wanted] as const] : [],
  );
  const wanted = new Map(all);
  const isTaken = (key: string, name: string) =>
    [...wanted].some(([other, request]) => other !== name && keysOf(request).includes(key));
  for (const { name, id } of steps) {
    if (id === undefined) continue;
    const { request, state } = containers.inspect(id);
    if (state.status !== 'running') continue;
    const kept = keysOf(wanted.get(name));
    for (const port of hostPorts(request).filter(
      (one) => !kept.includes(keyOf(one)) && isTaken(keyOf(one), name),
    ))
      // The step of the new one reports that the port is in use.
      await containers.removePort(id, port).catch((error: unknown) => {
        log.warn(`port ${keyOf(port)} of ${name} is not free: ${messageOf(error)}`);
      });
  }
}

function keysOf(request: ContainerRequest | undefined): string[] {
  return request ? hostPorts(request).map(keyOf) : [];
}

function hostPorts({ network }: ContainerRequest): PublishedPort[] {
  return (network?.ports ?? []).filter((port): port is PublishedPort => Boolean(port.hostPort));
}

function keyOf({ hostPort, protocol }: PublishedPort): string {
  return `${hostPort}/${protocol}`;
}
