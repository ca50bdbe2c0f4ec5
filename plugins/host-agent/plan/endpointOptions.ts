import type { NewEndpoint } from '../../../hooks/index.ts';

/** What a container asks for in a network, the first one or another. */
export const endpointKeys = [
  'ip',
  'ip6',
  'mac',
  'aliases',
  'links',
  'driverOpts',
] as const satisfies readonly (keyof NewEndpoint)[];

/** The options of an endpoint, without those that are not set. */
export function endpointOptions(endpoint: NewEndpoint): NewEndpoint {
  const all = endpointKeys.map((key) => [key, endpoint[key]] as const);
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}
