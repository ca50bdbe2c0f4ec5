/** Translates namespaces, privileges, devices and kernel settings. */
import type { DeviceMapping, DeviceRequest, HostConfig, Ulimit } from '../client/wire.ts';
import type { ContainerRequest } from '../hooks/index.ts';
import { type Asked, given } from './asked.ts';
import { invalid } from './invalid.ts';
import { MemberError } from './MemberError.ts';
import { diskQuota } from './storage.ts';

/** @throws PCH_OPTION_INVALID */
export function isolationOf(host: HostConfig, asked: Asked): Partial<ContainerRequest> {
  return {
    readonlyRootfs: given(host.ReadonlyRootfs, asked),
    capAdd: host.CapAdd ?? undefined,
    capDrop: host.CapDrop ?? undefined,
    devices: host.Devices?.map(deviceOf),
    cdiDevices: cdiDevices(host.DeviceRequests),
    deviceCgroupRules: host.DeviceCgroupRules?.map(deviceRule),
    privileged: given(host.Privileged, asked),
    securityOpt: host.SecurityOpt ?? undefined,
    maskedPaths: host.MaskedPaths ?? undefined,
    readonlyPaths: host.ReadonlyPaths ?? undefined,
    ulimits: ulimitsOf(host.Ulimits),
    sysctls: host.Sysctls ?? undefined,
    pidMode: host.PidMode || undefined,
    ipcMode: host.IpcMode || undefined,
    utsMode: host.UTSMode || undefined,
    cgroupnsMode: host.CgroupnsMode || undefined,
    usernsMode: host.UsernsMode || undefined,
    cgroupParent: host.CgroupParent || undefined,
    rdtClass: host.RdtClass || undefined,
    shmSize: shmSize(host.ShmSize),
    diskQuota: diskQuota(host.StorageOpt),
    oomScoreAdj: oomScore(host.OomScoreAdj, asked),
  };
}

/** @throws PCH_OPTION_INVALID */
export function deviceOf(
  { PathOnHost: host, PathInContainer: path, CgroupPermissions: access }: DeviceMapping,
  index: number,
): { host: string; path?: string; access?: string } {
  if (!host.startsWith('/'))
    throw invalid(`HostConfig.Devices[${index}].PathOnHost`, 'a path such as /dev/fuse', host);
  if (access && !/^[rwm]{1,3}$/.test(access))
    throw invalid(`HostConfig.Devices[${index}].CgroupPermissions`, 'rwm', access);
  return { host, path: path || undefined, access: access || undefined };
}

/**
 * Docker requests devices by CDI name in DeviceRequests, and GPUs by number: those are the devices that NVIDIA's
 * toolkit writes into its CDI specification.
 * @throws PCH_OPTION_INVALID, PCH_NOT_SUPPORTED for other drivers
 */
function cdiDevices(requests: DeviceRequest[] | null | undefined): string[] | undefined {
  const names = (requests ?? []).flatMap(namesOf);
  for (const name of names)
    if (!cdiName.test(name)) throw invalid('HostConfig.DeviceRequests', 'VENDOR/CLASS=NAME', name);
  return names.length > 0 ? names : undefined;
}

function namesOf({ Driver, DeviceIDs, Count = 0, Capabilities }: DeviceRequest): string[] {
  const ids = DeviceIDs ?? [];
  if (Driver === 'cdi') return ids;
  const isGpu = Capabilities?.some((set) => set.includes('gpu')) ?? false;
  if (!isGpu || (Driver && Driver !== 'nvidia'))
    throw new MemberError(
      'PCH_NOT_SUPPORTED',
      'HostConfig.DeviceRequests',
      `could not select device driver "${Driver ?? ''}" with capabilities: ${JSON.stringify(Capabilities ?? [])}`,
      'use the driver cdi, or GPUs of NVIDIA',
    );
  const numbers = Array.from({ length: Math.min(Count, mostGpus) }, (_, index) => String(index));
  return (ids.length > 0 ? ids : Count < 0 ? ['all'] : numbers).map((id) => `nvidia.com/gpu=${id}`);
}

/** More than any host has. */
const mostGpus = 64;

/** CDI SPEC.md, "Kind" and "CDI Devices". */
const cdiName = /^[A-Za-z][\w.-]*\/[A-Za-z][\w.-]*=[A-Za-z0-9]([\w.:-]*[A-Za-z0-9])?$/;

function deviceRule(rule: string, index: number): string {
  if (/^[acb] (\d+|\*):(\d+|\*) [rwm]{1,3}$/.test(rule)) return rule;
  throw invalid(
    `HostConfig.DeviceCgroupRules[${index}]`,
    'TYPE MAJOR:MINOR ACCESS',
    rule,
    'for example "c 10:229 rwm"',
  );
}

/** getrlimit(2), without RLIMIT_. */
const limitNames =
  'as core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack'.split(
    ' ',
  );

function ulimitsOf(list: Ulimit[] | null | undefined): ContainerRequest['ulimits'] {
  return list ? Object.fromEntries(list.map(ulimit)) : undefined;
}

function ulimit(
  { Name: name, Soft: soft, Hard: hard }: Ulimit,
  index: number,
): [string, { soft: number; hard: number }] {
  if (!limitNames.includes(name))
    throw invalid(`HostConfig.Ulimits[${index}].Name`, `one of ${limitNames.join(', ')}`, name);
  if (hard !== -1 && (soft > hard || soft === -1))
    throw invalid(
      `HostConfig.Ulimits[${index}]`,
      `a soft limit of ${name} of at most the hard limit ${hard}`,
      soft,
    );
  return [name, { soft, hard }];
}

function shmSize(bytes: number | null | undefined): number | undefined {
  if ((bytes ?? 0) < 0) throw invalid('HostConfig.ShmSize', 'bytes', bytes);
  return bytes || undefined;
}

function oomScore(score: number | null | undefined, asked: Asked): number | undefined {
  const value = score ?? 0;
  if (value < -1000 || value > 1000) throw invalid('HostConfig.OomScoreAdj', '-1000 to 1000', value);
  return given(score, asked);
}
