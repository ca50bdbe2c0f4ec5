import type { UpdateRequest } from '../../../hooks/engine.ts';
import type { ResourceRequest } from '../../../hooks/limits.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';

/** A container's request as it would have been with the update in it. */
export function mergeRequest(request: ContainerRequest, update: UpdateRequest): ContainerRequest {
  const { resources, restart } = update;
  return {
    ...request,
    ...(resources && { resources: mergeResources(request.resources ?? {}, resources) }),
    ...(restart && { restart }),
  };
}

/** The two ways to limit CPU time exclude each other: the one that comes later takes the other's place. */
function mergeResources(had: ResourceRequest, given: ResourceRequest): ResourceRequest {
  const kept = { ...had };
  if (given.nanoCpus) {
    delete kept.cpuQuota;
    delete kept.cpuPeriod;
  }
  if (given.cpuQuota || given.cpuPeriod) delete kept.nanoCpus;
  return { ...kept, ...given };
}
