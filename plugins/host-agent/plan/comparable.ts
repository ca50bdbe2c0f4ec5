import type { ContainerRequest } from '../../../hooks/index.ts';
import { usersLabels } from '../labels.ts';

/** What of a request the agent compares. What profiles add is in it, so that their names are not. */
export function comparable({
  profiles: _profiles,
  name: _name,
  restart,
  ...request
}: ContainerRequest): Partial<ContainerRequest> {
  return {
    ...request,
    labels: usersLabels(request.labels),
    // No policy is the policy `no`.
    ...(restart && restart.name !== 'no' && { restart }),
  };
}
