import type { ContainerUpdateRequest } from '../client/wire.ts';
import type { UpdateRequest } from '../hooks/index.ts';
import { restartOf } from './policy.ts';
import { updatedResourcesOf } from './resources.ts';
import { diskQuota } from './storage.ts';
import { warnOfIgnoredLimits } from './warnings.ts';

/**
 * Translates Docker's update body into the engine's request.
 * @throws PCH_OPTION_INVALID
 */
export function toUpdateRequest(body: ContainerUpdateRequest): {
  request: UpdateRequest;
  warnings: string[];
} {
  const warnings: string[] = [];
  warnOfIgnoredLimits(body, (message) => void warnings.push(message));
  const resources = updatedResourcesOf(body);
  const restart = restartOf(body.RestartPolicy);
  const quota = diskQuota(body.StorageOpt);
  const request = {
    ...(Object.keys(resources).length > 0 && { resources }),
    ...(restart && { restart }),
    ...(quota !== undefined && { diskQuota: quota }),
  };
  return { request, warnings };
}
