import type { UpdateRequest } from '../../../hooks/engine.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';
import { mergeResources } from '../request/mergeResources.ts';

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

/** A map with changes; undefined removes a key. */
export function changedMap(
  before: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const all = Object.entries({ ...before, ...changes });
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
