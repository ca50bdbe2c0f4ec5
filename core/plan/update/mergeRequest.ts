import type { UpdateRequest } from '../../../hooks/engine.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';
import { mergeResources } from '../request/mergeResources.ts';
import { changedMap } from '../../state/changedMap.ts';

/** A container's request as it would have been with the update in it. */
export function mergeRequest(request: ContainerRequest, update: UpdateRequest): ContainerRequest {
  const { resources, restart, diskQuota, labels, annotations, env } = update;
  return {
    ...request,
    ...(resources && { resources: mergeResources(request.resources ?? {}, resources) }),
    ...(restart && { restart }),
    ...(diskQuota !== undefined && { diskQuota }),
    ...(labels && { labels: changedMap(request.labels ?? {}, labels) }),
    ...(annotations && { annotations: changedMap(request.annotations ?? {}, annotations) }),
    // Undefined stays: it removes a variable of the image.
    ...(env && { env: { ...request.env, ...env } }),
  };
}
