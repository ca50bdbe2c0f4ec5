/** Translates resource limits; the checks are Docker's. */
import type { HostConfig } from '../../../../client/wire.ts';
import type { ResourceRequest } from '../../../../hooks/index.ts';
import { invalid } from './invalid.ts';

const MIB = 1024 * 1024;
/** Docker's minimum: with less memory a process does not start reliably. */
const LEAST_MEMORY = 6 * MIB;

/** @throws PCH_OPTION_INVALID */
export function resourcesOf(host: HostConfig): ResourceRequest {
  checkMemory(host);
  checkCpu(host);
  checkBlockIo(host);
  return { ...memoryOf(host), ...cpuOf(host), ...blockIoOf(host), pids: pidsOf(host.PidsLimit) };
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
  const limits = {
    ...memoryOf(body),
    ...cpuOf(body),
    ...blockIoOf(body),
    pids: updatedPidsOf(body.PidsLimit),
  };
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}

/** In an update 0 and -1 remove the limit. */
function updatedPidsOf(limit: number | null | undefined): number | undefined {
  if (limit === undefined || limit === null) return undefined;
  return limit > 0 ? limit : -1;
}

function memoryOf(host: HostConfig): ResourceRequest {
  return {
    memory: host.Memory || undefined,
    memoryReservation: host.MemoryReservation || undefined,
    memorySwap: host.MemorySwap || undefined,
    memorySwappiness: swappinessOf(host.MemorySwappiness),
    oomKillDisable: host.OomKillDisable ?? undefined,
  };
}

function cpuOf(host: HostConfig): ResourceRequest {
  return {
    nanoCpus: host.NanoCpus || undefined,
    cpuShares: host.CpuShares || undefined,
    cpuQuota: host.CpuQuota || undefined,
    cpuPeriod: host.CpuPeriod || undefined,
    cpusetCpus: host.CpusetCpus || undefined,
    cpusetMems: host.CpusetMems || undefined,
  };
}

function blockIoOf(host: HostConfig): ResourceRequest {
  return {
    blkioWeight: host.BlkioWeight || undefined,
    blkioDeviceReadBps: throttles(host.BlkioDeviceReadBps),
    blkioDeviceWriteBps: throttles(host.BlkioDeviceWriteBps),
    blkioDeviceReadIops: throttles(host.BlkioDeviceReadIOps),
    blkioDeviceWriteIops: throttles(host.BlkioDeviceWriteIOps),
  };
}

function throttles(list: HostConfig['BlkioDeviceReadBps']): ResourceRequest['blkioDeviceReadBps'] {
  return list?.length ? list.map(({ Path: path, Rate: rate }) => ({ path, rate })) : undefined;
}

function checkLeastMemory({ Memory: memory = 0, MemorySwap: swap = 0 }: HostConfig): void {
  if (memory && memory < LEAST_MEMORY)
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
      'HostConfig.Memory to be set too',
      swap,
      'set the memory limit as well',
    );
  if (swap > 0 && swap < memory)
    throw invalid('HostConfig.MemorySwap', `memory + swap, at least the memory limit of ${memory}`, swap);
  checkReservation(host.MemoryReservation ?? 0, memory);
}

function checkReservation(reservation: number, memory: number): void {
  if (reservation < 0) throw invalid('HostConfig.MemoryReservation', 'bytes', reservation);
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
    throw invalid('HostConfig.NanoCpus', 'either NanoCpus or CpuQuota and CpuPeriod', nano);
  if ((host.CpuShares ?? 0) < 0) throw invalid('HostConfig.CpuShares', 'a positive share', host.CpuShares);
  // The kernel's limits: Documentation/scheduler/sched-bwc.rst.
  const period = host.CpuPeriod ?? 0;
  if (period !== 0 && (period < 1_000 || period > 1_000_000))
    throw invalid('HostConfig.CpuPeriod', '1000 to 1000000 microseconds', period);
  const quota = host.CpuQuota ?? 0;
  if (quota > 0 && quota < 1_000) throw invalid('HostConfig.CpuQuota', 'at least 1000 microseconds', quota);
}

function checkBlockIo(host: HostConfig): void {
  const weight = host.BlkioWeight ?? 0;
  if (weight !== 0 && (weight < 10 || weight > 1000))
    throw invalid('HostConfig.BlkioWeight', '10 to 1000', weight);
}

/** 0 and -1 mean no limit. */
function pidsOf(limit: number | null | undefined): number | undefined {
  return limit && limit > 0 ? limit : undefined;
}
