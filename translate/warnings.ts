/** Warns about Docker's fields that Pouch does not support; none of them is ignored silently. */
import type { ContainerCreateRequest } from '../client/wire.ts';

import { invalid, member } from './invalid.ts';
import { MemberError } from './MemberError.ts';

export type Warn = (message: string) => void;

/** Values that request nothing, beside null, '', 0, false and empty lists and maps. */
const notHonoured: Record<string, readonly unknown[]> = {
  Cgroup: [],
  CpuCount: [],
  CpuPercent: [],
  IOMaximumBandwidth: [],
  IOMaximumIOps: [],
  Isolation: ['default'],
  KernelMemoryTCP: [],
};

/** Calls `warn` once for each field that requests something unsupported. */
export function warnOfIgnored(body: ContainerCreateRequest, warn: Warn): void {
  const host = (body.HostConfig ?? {}) as Record<string, unknown>;
  for (const [field, defaults] of Object.entries(notHonoured))
    if (asksFor(host[field], defaults)) warn(`\`HostConfig.${field}\` is not supported and has no effect`);
  warnOfKernelMemory(host, warn);
  refuseNetPriority(body);
  warnOfEndpoints(body, warn);
  if (body.OnBuild?.length) warn('OnBuild is not supported and has no effect');
}

/** Docker's least limit, and what it says; kernels have no such limit since Linux 5.16. @throws PCH_OPTION_INVALID */
function warnOfKernelMemory({ KernelMemory: bytes }: Record<string, unknown>, warn: Warn): void {
  if (!asksFor(bytes, [])) return;
  if (Number(bytes) < leastKernelMemory)
    throw invalid('HostConfig.KernelMemory', 'at least 6 MiB (6291456 bytes)', bytes);
  warn('Specifying a kernel memory limit is deprecated. Limitation discarded.');
}

const leastKernelMemory = 6 * 1024 * 1024;

/** @throws PCH_NOT_SUPPORTED */
function refuseNetPriority({ NetPriority }: ContainerCreateRequest): void {
  if (!NetPriority) return;
  throw new MemberError(
    'PCH_NOT_SUPPORTED',
    'NetPriority',
    `${member('NetPriority')} is not supported: the kernel has priorities for interfaces of the host, and not for those of a container`,
    'shape the traffic of its interface on the host by tc(8)',
  );
}

/** Limits that Docker can update, and Pouch cannot. */
const notUpdated = ['KernelMemoryTCP'];

export function warnOfIgnoredLimits(body: object, warn: Warn): void {
  warnOfKernelMemory(body as Record<string, unknown>, warn);
  for (const field of notUpdated)
    if (asksFor((body as Record<string, unknown>)[field], []))
      warn(`${field} is not supported and has no effect`);
}

function warnOfEndpoints(body: ContainerCreateRequest, warn: Warn): void {
  for (const [name, endpoint] of Object.entries(body.NetworkingConfig?.EndpointsConfig ?? {})) {
    const { Aliases, DriverOpts, GwPriority, IPAMConfig } = endpoint ?? {};
    const asked = { DriverOpts, GwPriority, LinkLocalIPs: IPAMConfig?.LinkLocalIPs };
    for (const [field, value] of Object.entries({ ...(isCreated(name) ? {} : { Aliases }), ...asked }))
      if (asksFor(value, [])) warn(`network ${name}: ${field} is not supported and has no effect`);
  }
}

/** Docker has aliases in networks that users create. */
function isCreated(network: string): boolean {
  return !['default', 'bridge', 'host', 'none'].includes(network);
}

function asksFor(value: unknown, defaults: readonly unknown[]): boolean {
  if (!value || defaults.includes(value)) return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
