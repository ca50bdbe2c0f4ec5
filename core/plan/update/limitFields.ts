import { type LimitName, resourceLimits, type OciLimit } from '../../../hooks/limits.ts';
import type { OciResources } from '../../../hooks/oci.ts';
import type { ResourceRequest } from '../../../hooks/limits.ts';

/**
 * Lays the limits of an update over those that a container has: only the fields of the options that were given
 * change, so that what plugins have set stays.
 */
export function layOver(resources: OciResources, wanted: OciResources, given: ResourceRequest): void {
  for (const option of Object.keys(given) as LimitName[])
    for (const field of resourceLimits[option].oci) copyField(resources, wanted, field);
}

type Groups = Record<string, Record<string, unknown> | undefined>;

function copyField(to: OciResources, from: OciResources, { group, field }: OciLimit): void {
  const [target, source] = [to as Groups, from as Groups];
  const value = source[group]?.[field];
  if (value !== undefined) (target[group] ??= {})[field] = value;
  else if (target[group]) delete target[group][field];
  if (target[group] && Object.keys(target[group]).length === 0) delete target[group];
}
