/** `HostConfig` of inspect: the request in Docker's form, with the defaults that Docker shows. */
import type { HostConfig, LimitField, PortMap } from '../../../../client/wire.ts';
import { limits } from '../../../../client/wire/limits.ts';
import {
  type ContainerRecord,
  type ContainerRequest,
  type LimitName,
  resourceLimitEntries,
  type ResourceRequest,
} from '../../../../hooks/index.ts';
import { hostMounts } from './mounts.ts';
import { networkMode } from './networks.ts';

export function hostConfig(record: ContainerRecord): HostConfig {
  const { request, draft } = record;
  return {
    ...hostMounts(record),
    ContainerIDFile: '',
    LogConfig: { Type: draft.log.driver, Config: request.log?.options ?? {} },
    NetworkMode: networkMode(record),
    PortBindings: portBindings(request),
    RestartPolicy: { Name: draft.restart.name, MaximumRetryCount: draft.restart.maximumRetryCount },
    AutoRemove: draft.autoRemove,
    VolumeDriver: request.volumeDriver ?? '',
    VolumesFrom: request.volumesFrom ?? null,
    ConsoleSize: consoleSize(request),
    Annotations: Object.keys(draft.annotations).length > 0 ? draft.annotations : undefined,
    ...namesOf(record),
    ...isolation(record),
    Runtime: draft.runtime,
    ...(draft.vmOf !== undefined && { VmOf: draft.vmOf }),
    Init: draft.process.init,
    ...(draft.uidMappings.length > 0 && { IDMappings: idMappings(record) }),
    ...resources(request.resources ?? {}),
    MemorySwap: memorySwap(record),
    ...withoutEffect,
    CgroupParent: request.cgroupParent ?? '',
    Devices: devices(request),
    DeviceRequests: deviceRequests(request),
    ...(request.rdtClass !== undefined && { RdtClass: request.rdtClass }),
    DeviceCgroupRules: request.deviceCgroupRules ?? null,
    Ulimits: ulimits(request),
  };
}

function namesOf(record: ContainerRecord): HostConfig {
  const { request, draft } = record;
  return {
    Dns: draft.network.dns,
    DnsOptions: draft.network.dnsOptions,
    DnsSearch: draft.network.dnsSearch,
    ExtraHosts: extraHosts(request.network?.extraHosts),
    Links: linksOf(record),
    PublishAllPorts: request.network?.publishAll ?? false,
  };
}

function isolation({ request, draft }: ContainerRecord): HostConfig {
  return {
    CapAdd: request.capAdd ?? null,
    CapDrop: request.capDrop ?? null,
    CgroupnsMode: request.cgroupnsMode ?? 'private',
    GroupAdd: request.groups ?? null,
    IpcMode: request.ipcMode ?? 'private',
    OomScoreAdj: request.oomScoreAdj ?? 0,
    PidMode: request.pidMode ?? '',
    Privileged: request.privileged ?? false,
    ReadonlyRootfs: request.readonlyRootfs ?? false,
    SecurityOpt: request.securityOpt ?? null,
    UTSMode: request.utsMode ?? '',
    UsernsMode: request.usernsMode ?? (draft.uidMappings.length > 0 ? 'auto' : ''),
    ShmSize: shmSize(draft),
    ...(draft.diskQuota !== undefined && { StorageOpt: { size: String(draft.diskQuota) } }),
    Sysctls: request.sysctls,
    MaskedPaths: paths(request.maskedPaths, draft.maskedPaths),
    ReadonlyPaths: paths(request.readonlyPaths, draft.readonlyPaths),
  };
}

/** Those of the plan; null for a container that has none without having asked for that, as a privileged one. */
function paths(asked: string[] | undefined, planned: Record<string, true>): string[] | null {
  const all = Object.keys(planned);
  return asked ?? (all.length > 0 ? all : null);
}

/** Docker's default, which it also reports for a container that shares the host's /dev/shm. */
const defaultShmSize = 64 * 1024 * 1024;

/** Size of the container's /dev/shm in bytes. */
function shmSize({ mounts }: ContainerRecord['draft']): number {
  const size = mounts['/dev/shm']?.options.find((option) => /^size=\d+$/.test(option));
  return size === undefined ? defaultShmSize : Number(size.slice('size='.length));
}

/** In podman's form: `CONTAINERID:HOSTID:SIZE`. */
function idMappings({ draft }: ContainerRecord): HostConfig['IDMappings'] {
  const text = ({ containerID, hostID, size }: ContainerRecord['draft']['uidMappings'][number]) =>
    `${containerID}:${hostID}:${size}`;
  return { UidMap: draft.uidMappings.map(text), GidMap: draft.gidMappings.map(text) };
}

/** Each limit that was asked for, and what the API has for the others: null, 0 or an empty text. */
function resources(asked: ResourceRequest): HostConfig {
  const values = resourceLimitEntries.map(([name, { api }]) => [
    api,
    wireValue(api as LimitField, asked[name]),
  ]);
  return Object.fromEntries(values) as HostConfig;
}

/** Twice the memory, unless the request says more; 0 where the host does not limit swap. */
function memorySwap({ request, draft }: ContainerRecord): number {
  return request.resources?.memorySwap ?? draft.resources.memory?.swap ?? 0;
}

/** As Docker shows them: `/NAME:/CONTAINER/ALIAS`. */
function linksOf({ name: own, request }: ContainerRecord): string[] | null {
  const links = request.network?.links?.map((link) => link.split(':'));
  return links?.map(([name, alias]) => `/${name}:/${own}/${alias}`) ?? null;
}

/** What Docker shows for fields that Pouch does not have. */
const withoutEffect = {
  Cgroup: '',
  CpuCount: 0,
  CpuPercent: 0,
  IOMaximumBandwidth: 0,
  IOMaximumIOps: 0,
  Isolation: '',
  KernelMemory: 0,
  KernelMemoryTCP: 0,
};

function wireValue(field: LimitField, asked: ResourceRequest[LimitName]): unknown {
  if (Array.isArray(asked))
    return asked.map((one) =>
      'rate' in one ? { Path: one.path, Rate: one.rate } : { Path: one.path, Weight: one.weight },
    );
  const { value, nullable }: { value: string; nullable?: boolean } = limits[field];
  return asked ?? (nullable ? null : value === 'list' ? '' : 0);
}

function portBindings(request: ContainerRequest): PortMap {
  const map: PortMap = {};
  for (const { containerPort, protocol, hostIp, hostPort } of request.network?.ports ?? [])
    (map[`${containerPort}/${protocol}`] ??= []).push({
      HostIp: hostIp ?? '',
      HostPort: hostPort ? String(hostPort) : '',
    });
  return map;
}

function consoleSize(request: ContainerRequest): [number, number] {
  return [request.consoleSize?.height ?? 0, request.consoleSize?.width ?? 0];
}

function extraHosts(hosts: Record<string, string> | undefined): string[] | null {
  return hosts ? Object.entries(hosts).map(([name, address]) => `${name}:${address}`) : null;
}

function devices(request: ContainerRequest): HostConfig['Devices'] {
  return (request.devices ?? []).map(({ host, path, access }) => ({
    PathOnHost: host,
    PathInContainer: path ?? host,
    CgroupPermissions: access ?? 'rwm',
  }));
}

function deviceRequests({ cdiDevices }: ContainerRequest): HostConfig['DeviceRequests'] {
  return cdiDevices
    ? [{ Driver: 'cdi', Count: 0, DeviceIDs: cdiDevices, Capabilities: null, Options: null }]
    : null;
}

function ulimits(request: ContainerRequest): HostConfig['Ulimits'] {
  const entries = Object.entries(request.ulimits ?? {});
  return entries.map(([Name, { soft, hard }]) => ({ Name, Hard: hard, Soft: soft }));
}
