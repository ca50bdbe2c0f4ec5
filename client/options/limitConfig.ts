import { type HostConfig, limitEntries, longOption } from '../wire.ts';
import { parseThrottle, parseWeightDevice } from './devices.ts';
import { parseKeyValues } from './keyValue.ts';
import { parseUlimit } from './limits.ts';
import { parseCpus, parseInteger } from './number.ts';
import { parseSize, parseSizeOrUnlimited } from './size.ts';
import { attributeOf } from './createOptions.ts';
import type { CreateFlags } from './runFlags.ts';

type Limit = (typeof limitEntries)[number][1];

/** Returns the resource limits for flags. */
export function limitConfig(flags: CreateFlags): HostConfig {
  return {
    ...cgroupLimits(flags),
    ...(flags.oomScoreAdj !== undefined && {
      OomScoreAdj: parseInteger('--oom-score-adj', flags.oomScoreAdj, { minimum: -1000, maximum: 1000 }),
    }),
    ...(flags.kernelMemory !== undefined && {
      KernelMemory: parseSize('--kernel-memory', flags.kernelMemory),
    }),
    ...(flags.ulimit.length > 0 && { Ulimits: flags.ulimit.map(parseUlimit) }),
    ...(flags.sysctl.length > 0 && {
      Sysctls: parseKeyValues('--sysctl', flags.sysctl, { valueRequired: true }),
    }),
    ...(flags.cgroupParent !== undefined && { CgroupParent: flags.cgroupParent }),
    ...(flags.rdtClass !== undefined && { RdtClass: flags.rdtClass }),
  };
}

/** Returns the limits of the table for flags as commander parses them. */
export function cgroupLimits(flags: object): HostConfig {
  const given = limitEntries.flatMap(([field, limit]) => {
    const value = (flags as Record<string, unknown>)[attributeOf(longOption(limit.option).slice(2))];
    const isGiven = value !== undefined && !(Array.isArray(value) && value.length === 0);
    return isGiven ? [[field, parse(limit, value)]] : [];
  });
  return Object.fromEntries(given) as HostConfig;
}

function parse(limit: Limit, value: unknown): unknown {
  if (limit.value === 'flag') return value;
  const flag = limit.option.replace(/ <.*/, '');
  if (isRate(limit)) {
    const unit = limit.value === 'bytesPerSecond' ? 'bytes' : 'operations';
    return (value as string[]).map((text) => parseThrottle(flag, text, unit));
  }
  if (limit.value === 'weights') return (value as string[]).map(parseWeightDevice);
  const text = value as string;
  switch (limit.value) {
    case 'size':
      return parseSize(flag, text);
    case 'sizeOrUnlimited':
      return parseSizeOrUnlimited(flag, text);
    case 'cpus':
      return parseCpus(flag, text);
    case 'integer':
      return parseInteger(flag, text, limit);
    default:
      return text;
  }
}

function isRate({ value }: Limit): boolean {
  return value === 'bytesPerSecond' || value === 'operationsPerSecond';
}
