import type { HostConfig } from '../../client/index.ts';
import { parseThrottle, parseWeightDevice } from '../parse/devices.ts';
import { parseKeyValues } from '../parse/keyValue.ts';
import { parseUlimit } from '../parse/limits.ts';
import { parseCpus, parseInteger } from '../parse/number.ts';
import { parseSize, parseSizeOrUnlimited } from '../parse/size.ts';
import type { CreateFlags } from './runFlags.ts';

/** Flags of limits that `update` can change. */
export type LimitFlags = Pick<
  CreateFlags,
  | 'memory'
  | 'memorySwap'
  | 'memoryReservation'
  | 'cpus'
  | 'cpuShares'
  | 'cpuQuota'
  | 'cpuPeriod'
  | 'cpusetCpus'
  | 'cpusetMems'
  | 'pidsLimit'
  | 'blkioWeight'
>;

/** Returns the resource limits for flags. */
export function limitConfig(flags: CreateFlags): HostConfig {
  return {
    ...updatableLimits(flags),
    ...oomConfig(flags),
    ...throttleConfig(flags),
    ...(flags.ulimit.length > 0 && { Ulimits: flags.ulimit.map(parseUlimit) }),
    ...(flags.sysctl.length > 0 && {
      Sysctls: parseKeyValues('--sysctl', flags.sysctl, { valueRequired: true }),
    }),
    ...(flags.cgroupParent !== undefined && { CgroupParent: flags.cgroupParent }),
    ...(flags.rdtClass !== undefined && { RdtClass: flags.rdtClass }),
  };
}

/** Returns the limits that `update` can change. */
export function updatableLimits(flags: LimitFlags): HostConfig {
  return {
    ...memoryConfig(flags),
    ...cpuConfig(flags),
    ...(flags.pidsLimit !== undefined && {
      PidsLimit: parseInteger('--pids-limit', flags.pidsLimit, { minimum: -1 }),
    }),
    ...(flags.blkioWeight !== undefined && {
      BlkioWeight: parseInteger('--blkio-weight', flags.blkioWeight, { minimum: 0, maximum: 1000 }),
    }),
  };
}

function memoryConfig({ memory, memorySwap, memoryReservation }: LimitFlags): HostConfig {
  return {
    ...(memory !== undefined && { Memory: parseSize('-m, --memory', memory) }),
    ...(memorySwap !== undefined && { MemorySwap: parseSizeOrUnlimited('--memory-swap', memorySwap) }),
    ...(memoryReservation !== undefined && {
      MemoryReservation: parseSize('--memory-reservation', memoryReservation),
    }),
  };
}

function oomConfig({ memorySwappiness, oomKillDisable, oomScoreAdj }: CreateFlags): HostConfig {
  return {
    ...(memorySwappiness !== undefined && {
      MemorySwappiness: parseInteger('--memory-swappiness', memorySwappiness, { minimum: -1, maximum: 100 }),
    }),
    ...(oomKillDisable !== undefined && { OomKillDisable: oomKillDisable }),
    ...(oomScoreAdj !== undefined && {
      OomScoreAdj: parseInteger('--oom-score-adj', oomScoreAdj, { minimum: -1000, maximum: 1000 }),
    }),
  };
}

function cpuConfig(flags: LimitFlags): HostConfig {
  const atLeastZero = { minimum: 0 };
  const { cpus, cpuShares, cpuQuota, cpuPeriod, cpusetCpus, cpusetMems } = flags;
  return {
    ...(cpus !== undefined && { NanoCpus: parseCpus('--cpus', cpus) }),
    ...(cpuShares !== undefined && { CpuShares: parseInteger('--cpu-shares', cpuShares, atLeastZero) }),
    ...(cpuQuota !== undefined && { CpuQuota: parseInteger('--cpu-quota', cpuQuota, { minimum: -1 }) }),
    ...(cpuPeriod !== undefined && { CpuPeriod: parseInteger('--cpu-period', cpuPeriod, atLeastZero) }),
    ...(cpusetCpus !== undefined && { CpusetCpus: cpusetCpus }),
    ...(cpusetMems !== undefined && { CpusetMems: cpusetMems }),
  };
}

function throttleConfig(flags: CreateFlags): HostConfig {
  const rates = (flag: string, texts: string[], unit: 'bytes' | 'operations') =>
    texts.map((text) => parseThrottle(flag, text, unit));
  const { deviceReadBps, deviceWriteBps, deviceReadIops, deviceWriteIops } = flags;
  const config: HostConfig = {
    BlkioWeightDevice: flags.blkioWeightDevice.map(parseWeightDevice),
    BlkioDeviceReadBps: rates('--device-read-bps', deviceReadBps, 'bytes'),
    BlkioDeviceWriteBps: rates('--device-write-bps', deviceWriteBps, 'bytes'),
    BlkioDeviceReadIOps: rates('--device-read-iops', deviceReadIops, 'operations'),
    BlkioDeviceWriteIOps: rates('--device-write-iops', deviceWriteIops, 'operations'),
  };
  const given = Object.entries(config).filter(([, list]) => (list as unknown[]).length > 0);
  return Object.fromEntries(given);
}
