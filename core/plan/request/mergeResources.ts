import { type ResourceRequest, resourceLimitEntries } from '../../../hooks/limits.ts';

/**
 * Lays limits over others. The two ways to limit CPU time exclude each other: the one that comes later takes the
 * other's place. Rates of devices merge by device.
 */
export function mergeResources(had: ResourceRequest, given: ResourceRequest): ResourceRequest {
  const kept = { ...had };
  if (given.nanoCpus) {
    delete kept.cpuQuota;
    delete kept.cpuPeriod;
  }
  if (given.cpuQuota || given.cpuPeriod) delete kept.nanoCpus;
  const values = resourceLimitEntries.map(([name]) => [name, mergeLimit(kept[name], given[name])] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

function mergeLimit(had: unknown, given: unknown): unknown {
  if (!Array.isArray(had) || !Array.isArray(given)) return given ?? had;
  const rates = [...had, ...given] as { path: string }[];
  return [...new Map(rates.map((rate) => [rate.path, rate])).values()];
}
