import type { Profile } from '../../../hooks/index.ts';
import { labels } from '../labels.ts';
import type { ContainerStep } from '../plan/step.ts';
import type { AgentContext } from './agentContext.ts';

/** Creates a declared container, under its name or that of a replacement. Resolves to its id. */
export async function createContainer(
  { containers, log }: AgentContext,
  step: ContainerStep,
  name = step.name,
): Promise<string> {
  const { request } = step.declared!;
  const made = await containers.create(
    { ...request, name, labels: { ...request.labels, ...ownLabels(step) } },
    profilesOf(step),
  );
  for (const warning of made.warnings)
    log.warn('a declared container has a warning', { container: name, warning });
  return made.id;
}

/** Options of calls that resolve the profiles of a container. */
export function profilesOf({ profiles }: ContainerStep): { profiles?: readonly Profile[] } {
  return profiles ? { profiles } : {};
}

/** The labels of the agent for a declared container. */
export function ownLabels({ name, digest = '', declared }: ContainerStep): Record<string, string> {
  return {
    [labels.declared]: name,
    [labels.declaration]: digest,
    [labels.onRemove]: declared?.onRemove ?? 'remove',
  };
}
