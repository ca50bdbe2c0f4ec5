import type { ContainerUpdateRequest } from '../client/wire.ts';
import type { UpdateRequest } from '../hooks/index.ts';
import { invalid } from './invalid.ts';
import { restartOf } from './policy.ts';
import { variable } from './process.ts';
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
    ...(body.Env?.length && { env: Object.fromEntries(body.Env.map(variable)) }),
    ...(body.Label?.length && { labels: Object.fromEntries(body.Label.map(label)) }),
    ...annotationsOf(body.SpecAnnotation),
  };
  return { request, warnings };
}

/** `KEY=VALUE` sets a label, `KEY` removes it. */
function label(entry: string): [string, string | undefined] {
  const mark = entry.indexOf('=');
  if (mark === 0 || entry === '') throw invalid('Labels', 'KEY=VALUE', entry);
  return mark < 0 ? [entry, undefined] : [entry.slice(0, mark), entry.slice(mark + 1)];
}

function annotationsOf(given: ContainerUpdateRequest['SpecAnnotation']): Pick<UpdateRequest, 'annotations'> {
  const entries = Object.entries(given ?? {}).map(([name, value]) => [name, value ?? undefined] as const);
  return entries.length > 0 ? { annotations: Object.fromEntries(entries) } : {};
}
