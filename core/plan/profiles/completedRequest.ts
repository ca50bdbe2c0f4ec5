import type { Profile } from '../../../hooks/profile.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';
import { layRequest } from './layRequest.ts';

/** A request without options, whose parts the layers of profiles have too. */
const untouched: Partial<ContainerRequest> = { network: { mode: '' } };

/** The layer under those of profiles. */
export const lowestLayer: Partial<ContainerRequest> = layRequest(untouched, untouched);

/** A request with what its profiles add; one without profiles stays as it is. */
export function completedRequest(
  request: ContainerRequest,
  profiles: readonly Pick<Profile, 'parts'>[],
): ContainerRequest {
  if (profiles.length === 0) return request;
  const parts = profiles.flatMap((profile) => profile.parts);
  const layered = parts.reduce((layer, part) => layRequest(layer, part.request), lowestLayer);
  return layRequest(layered, request) as ContainerRequest;
}
