/** Translates resource limits; the checks are Docker's. */
import type { HostConfig, LimitField, ThrottleDevice, WeightDevice } from '../client/wire.ts';
import { resourceLimitEntries, type ResourceRequest } from '../hooks/index.ts';
import { type Asked, given } from './asked.ts';
import { invalid, member } from './invalid.ts';

/** In an update 0 changes nothing, whatever the client. */
const fromDocker: Asked = { isLiteral: false, isPartial: true };

const mib = 1024 * 1024;
/** Docker's minimum: with less memory a process does not start reliably. */
const leastMemory = 6 * mib;

/** @throws PCH_OPTION_INVALID */
export function resourcesOf(host: HostConfig, asked: Asked): ResourceRequest {
  if (asked.isPartial) checkLeastMemory(host);
  else checkMemory(host);
  checkCpu(host);
  checkBlockIo(host);
  return { ...limitsOf(host, asked), pids: pidsOf(host.PidsLimit, asked) };
}

/**
 * Translates the limits of an update. A missing or zero limit stays unchanged; combinations are checked later, together
 * with the container's other limits.
 * @throws PCH_OPTION_INVALID
 */
export function updatedResourcesOf(body: HostConfig): ResourceRequest {
  checkLeastMemory(body);
  checkCpu(body);
  checkBlockIo(body);
  const asked = { ...limitsOf(body, fromDocker), pids: updatedPidsOf(body.PidsLimit) };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
}

/** In an update 0 and -1 remove the limit. */
function updatedPidsOf(limit: number | null | undefined): number | undefined {
  if (limit === undefined || limit === null) return undefined;
  return limit > 0 ? limit : -1;
}

/** Each limit as the engine has it; undefined where none is asked for. */
function limitsOf(host: HostConfig, asked: Asked): ResourceRequest {
  const values = resourceLimitEntries.map(([name, { api }]) => [
    name,
    valueOf(api as LimitField, host, asked),
  ]);
  return Object.fromEntries(values) as ResourceRequest;
}

function valueOf(field: LimitField, host: HostConfig, asked: Asked): unknown {
  const value = host[field];
  if (field === 'MemorySwappiness') return swappinessOf(host.MemorySwappiness);
  if (Array.isArray(value)) return value.length > 0 ? value.map(deviceOf) : undefined;
  return typeof value === 'boolean' ? value : given(value, asked);
}

function deviceOf(one: ThrottleDevice | WeightDevice) {
  return 'Rate' in one ? { path: one.Path, rate: one.Rate } : { path: one.Path, weight: one.Weight };
}

function checkLeastMemory({ Memory: memory = 0, MemorySwap: swap = 0 }: HostConfig): void {
  if (memory && memory < leastMemory)
    throw invalid('HostConfig.Memory', 'at least 6 MiB (6291456 bytes), or 0 for no limit', memory);
  if (swap < -1) throw invalid('HostConfig.MemorySwap', 'bytes, or -1 for unlimited swap', swap);
}

function checkMemory(host: HostConfig): void {
  checkLeastMemory(host);
  const memory = host.Memory ?? 0;
  const swap = host.MemorySwap ?? 0;
  if (swap > 0 && memory === 0)
    throw invalid(
      'HostConfig.MemorySwap',
      `${member('HostConfig.Memory')} to be set too`,
      swap,
      'set the memory limit as well',
    );
  if (swap > 0 && swap < memory)
    throw invalid('HostConfig.MemorySwap', `memory + swap, at least the memory limit of ${memory}`, swap);
  checkReservation(host.MemoryReservation ?? 0, memory);
}

function checkReservation(reservation: number, memory: number): void {
  if (reservation !== 0 && reservation < leastMemory)
    throw invalid(
      'HostConfig.MemoryReservation',
      'at least 6 MiB (6291456 bytes), or 0 for none',
      reservation,
    );
  if (memory > 0 && reservation > memory)
    throw invalid('HostConfig.MemoryReservation', `at most the memory limit of ${memory}`, reservation);
}

function swappinessOf(value: number | null | undefined): number | undefined {
  if (value === null || value === undefined || value === -1) return undefined;
  if (value < 0 || value > 100) throw invalid('HostConfig.MemorySwappiness', '0 to 100', value);
  return value;
}

function checkCpu(host: HostConfig): void {
  const nano = host.NanoCpus ?? 0;
  if (nano < 0) throw invalid('HostConfig.NanoCpus', 'billionths of a CPU', nano);
  if (nano > 0 && (host.CpuQuota || host.CpuPeriod))
    throw invalid(
      'HostConfig.NanoCpus',
      `either this or ${member('HostConfig.CpuQuota')} and ${member('HostConfig.CpuPeriod')}`,
      nano,
    );
  if ((host.CpuShares ?? 0) < 0) throw invalid('HostConfig.CpuShares', 'a positive share', host.CpuShares);
  // The kernel's limits: Documentation/scheduler/sched-bwc.rst.
  const period = host.CpuPeriod ?? 0;
  if (period !== 0 && (period < 1_000 || period > 1_000_000))
    throw invalid('HostConfig.CpuPeriod', '1000 to 1000000 microseconds', period);
  const [runtime, rtPeriod] = [host.CpuRealtimeRuntime ?? 0, host.CpuRealtimePeriod ?? 0];
  if (rtPeriod !== 0 && runtime > rtPeriod)
    throw invalid('HostConfig.CpuRealtimeRuntime', `at most the period of ${rtPeriod}`, runtime);
  const quota = host.CpuQuota ?? 0;
  if (quota > 0 && quota < 1_000) throw invalid('HostConfig.CpuQuota', 'at least 1000 microseconds', quota);
}

function checkBlockIo(host: HostConfig): void {
  const weight = host.BlkioWeight ?? 0;
  if (weight !== 0 && (weight < 10 || weight > 1000))
    throw invalid('HostConfig.BlkioWeight', '10 to 1000', weight);
  for (const { Weight } of host.BlkioWeightDevice ?? [])
    if (!(Weight >= 10 && Weight <= 1000))
      throw invalid('HostConfig.BlkioWeightDevice', '10 to 1000', Weight);
}

/** 0 and -1 mean no limit. */
function pidsOf(limit: number | null | undefined, { isLiteral }: Asked): number | undefined {
  if (limit === null || limit === undefined) return undefined;
  return limit > 0 || isLiteral ? limit : undefined;
}
