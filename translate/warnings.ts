/** Warns about Docker's fields that Pouch does not support; none of them is ignored silently. */
import type { ContainerCreateRequest } from '../client/wire.ts';

export type Warn = (message: string) => void;

/** Values that request nothing, beside null, '', 0, false and empty lists and maps. */
const notHonoured: Record<string, readonly unknown[]> = {
  BlkioWeightDevice: [],
  Cgroup: [],
  CpuCount: [],
  CpuPercent: [],
  CpuRealtimePeriod: [],
  CpuRealtimeRuntime: [],
  IOMaximumBandwidth: [],
  IOMaximumIOps: [],
  Isolation: ['default'],
  KernelMemory: [],
  KernelMemoryTCP: [],
};

/** Calls `warn` once for each field that requests something unsupported. */
export function warnOfIgnored(body: ContainerCreateRequest, warn: Warn): void {
  const host = (body.HostConfig ?? {}) as Record<string, unknown>;
  for (const [field, defaults] of Object.entries(notHonoured))
    if (asksFor(host[field], defaults)) warn(`\`HostConfig.${field}\` is not supported and has no effect`);
  warnOfEndpoints(body, warn);
  if (body.OnBuild?.length) warn('OnBuild is not supported and has no effect');
}

/** Limits that Docker can update, and Pouch cannot. */
const notUpdated = ['CpuRealtimePeriod', 'CpuRealtimeRuntime', 'KernelMemory', 'KernelMemoryTCP'];

export function warnOfIgnoredLimits(body: object, warn: Warn): void {
  for (const field of notUpdated)
    if (asksFor((body as Record<string, unknown>)[field], []))
      warn(`${field} is not supported and has no effect`);
}

function warnOfEndpoints(body: ContainerCreateRequest, warn: Warn): void {
  for (const [name, endpoint] of Object.entries(body.NetworkingConfig?.EndpointsConfig ?? {}))
    for (const field of ['Aliases', 'DriverOpts'] as const)
      if (asksFor(endpoint?.[field], []) && !(field === 'Aliases' && isCreated(name)))
        warn(`network ${name}: ${field} is not supported and has no effect`);
}

/** Docker has aliases in networks that users create. */
function isCreated(network: string): boolean {
  return !['default', 'bridge', 'host', 'none'].includes(network);
}

function asksFor(value: unknown, defaults: readonly unknown[]): boolean {
  if (!value || defaults.includes(value)) return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
