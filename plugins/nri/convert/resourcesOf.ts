/** Limits of OCI as NRI has them. Types of a value without its own presence are messages there. */
import type { OciResources } from '../../../hooks/index.ts';
import type { DeepPartial, LinuxResources } from '../gen/nri.ts';

export function resourcesOf({
  memory,
  cpu,
  pids,
  hugepageLimits,
}: OciResources): DeepPartial<LinuxResources> {
  return {
    ...(memory && { memory: memoryOf(memory) }),
    ...(cpu && { cpu: cpuOf(cpu) }),
    ...(pids && { pids: { limit: BigInt(pids.limit) } }),
    hugepageLimits: (hugepageLimits ?? []).map(({ pageSize, limit }) => ({ pageSize, limit: BigInt(limit) })),
  };
}

function memoryOf(memory: NonNullable<OciResources['memory']>): DeepPartial<LinuxResources>['memory'] {
  return {
    ...defined('limit', number(memory.limit)),
    ...defined('reservation', number(memory.reservation)),
    ...defined('swap', number(memory.swap)),
    ...defined('kernel', number(memory.kernel)),
    ...defined('swappiness', number(memory.swappiness)),
    ...defined('disableOomKiller', memory.disableOOMKiller),
  };
}

function cpuOf(cpu: NonNullable<OciResources['cpu']>): DeepPartial<LinuxResources>['cpu'] {
  return {
    ...defined('shares', number(cpu.shares)),
    ...defined('quota', number(cpu.quota)),
    ...defined('period', number(cpu.period)),
    ...defined('realtimeRuntime', number(cpu.realtimeRuntime)),
    ...defined('realtimePeriod', number(cpu.realtimePeriod)),
    cpus: cpu.cpus ?? '',
    mems: cpu.mems ?? '',
  };
}

function number(value: number | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt(value);
}

/** `{ limit: { value } }`, or nothing. */
export function defined<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { [Key in Name]?: { value: Value } } {
  return (value === undefined ? {} : { [name]: { value } }) as { [Key in Name]?: { value: Value } };
}
