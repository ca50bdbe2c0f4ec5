import type { UpdateRequest } from '../../../hooks/engine.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';
import { mergeResources } from '../request/mergeResources.ts';

/** A container's request as it would have been with the update in it. */
export function mergeRequest(request: ContainerRequest, update: UpdateRequest): ContainerRequest {
  const { resources, restart, diskQuota } = update;
  return {
    ...request,
    ...(resources && { resources: mergeResources(request.resources ?? {}, resources) }),
    ...(restart && { restart }),
    ...(diskQuota !== undefined && { diskQuota }),
  };
}
