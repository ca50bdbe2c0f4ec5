import type { HostConfig } from '../wire.ts';
import { conflictingOptions, invalidOption } from './OptionError.ts';
import { isCdiDevice, parseDevice, parseGpus } from './devices.ts';
import { parseKataOptions } from './kataOptions.ts';
import { parseKeyValues } from './keyValue.ts';
import { parseRestart } from './limits.ts';
import { parseMount } from './mounts.ts';
import { parseAddressOption, parseExtraHost } from './network.ts';
import { networkModeOf } from './networks.ts';
import { parsePublished } from './ports.ts';
import { parseSecurityOptions } from './securityOptions.ts';
import { parseSize } from './size.ts';
import { parseTmpfs, parseVolumes } from './volumes.ts';
import { limitConfig } from './limitConfig.ts';
import type { CreateFlags } from './runFlags.ts';

/**
 * Returns the HostConfig for flags. Options that are not given are omitted, so that the daemon's defaults apply.
 * @throws PCH_OPTION_INVALID
 */
export function hostConfig(flags: CreateFlags): HostConfig {
  return {
    ...lifeConfig(flags),
    ...fileConfig(flags),
    ...networkConfig(flags),
    ...rightsConfig(flags),
    ...namespaceConfig(flags),
    ...limitConfig(flags),
  };
}

function lifeConfig(flags: CreateFlags): HostConfig {
  const log = {
    ...(flags.logDriver !== undefined && { Type: flags.logDriver }),
    ...(flags.logOpt.length > 0 && {
      Config: parseKeyValues('--log-opt', flags.logOpt, { valueRequired: true }),
    }),
  };
  const annotations = {
    ...parseKeyValues('--annotation', flags.annotation),
    ...parseKataOptions(flags.kataOpt),
  };
  return {
    AutoRemove: flags.rm === true,
    ...(flags.restart !== undefined && { RestartPolicy: parseRestart(flags.restart) }),
    ...(flags.runtime !== undefined && { Runtime: flags.runtime }),
    ...(flags.vmOf !== undefined && { VmOf: flags.vmOf }),
    ...(flags.init !== undefined && { Init: flags.init }),
    ...(flags.cidfile !== undefined && { ContainerIDFile: flags.cidfile }),
    ...(Object.keys(log).length > 0 && { LogConfig: log }),
    ...(Object.keys(annotations).length > 0 && { Annotations: annotations }),
  };
}

function fileConfig(flags: CreateFlags): HostConfig {
  const { binds } = parseVolumes(flags.volume);
  return {
    ...(binds.length > 0 && { Binds: binds }),
    ...(flags.mount.length > 0 && { Mounts: flags.mount.map(parseMount) }),
    ...(flags.link.length > 0 && { Links: flags.link }),
    ...(flags.volumesFrom.length > 0 && { VolumesFrom: flags.volumesFrom }),
    ...(flags.volumeDriver !== undefined && { VolumeDriver: flags.volumeDriver }),
    ...(flags.tmpfs.length > 0 && { Tmpfs: parseTmpfs(flags.tmpfs) }),
    ...(flags.readOnly !== undefined && { ReadonlyRootfs: flags.readOnly }),
    ...(flags.shmSize !== undefined && { ShmSize: parseSize('--shm-size', flags.shmSize) }),
    ...storageOptions(flags),
  };
}

function storageOptions({ diskQuota, storageOpt }: CreateFlags): Pick<HostConfig, 'StorageOpt'> {
  const options = parseKeyValues('--storage-opt', storageOpt, { valueRequired: true });
  if (diskQuota === undefined) return storageOpt.length > 0 ? { StorageOpt: options } : {};
  if (options['size'] !== undefined)
    throw conflictingOptions('--disk-quota and --storage-opt size exclude each other');
  return { StorageOpt: { ...options, size: String(parseSize('--disk-quota', diskQuota)) } };
}

function networkConfig(flags: CreateFlags): HostConfig {
  const { bindings } = parsePublished(flags.publish);
  return {
    NetworkMode: networkModeOf(flags),
    ...(Object.keys(bindings).length > 0 && { PortBindings: bindings }),
    ...(flags.publishAll !== undefined && { PublishAllPorts: flags.publishAll }),
    ...(flags.dns.length > 0 && { Dns: flags.dns.map((text) => parseAddressOption('--dns', text)) }),
    ...(flags.dnsSearch.length > 0 && { DnsSearch: flags.dnsSearch }),
    ...(flags.dnsOption.length > 0 && { DnsOptions: flags.dnsOption }),
    ...(flags.addHost.length > 0 && { ExtraHosts: flags.addHost.map(parseExtraHost) }),
  };
}

function rightsConfig(flags: CreateFlags): HostConfig {
  const security = parseSecurityOptions(flags.securityOpt);
  const cdi = flags.device.filter(isCdiDevice);
  const devices = flags.device.filter((text) => !isCdiDevice(text));
  const requests = [
    ...(cdi.length > 0 ? [{ Driver: 'cdi', DeviceIDs: cdi }] : []),
    ...(flags.gpus === undefined ? [] : [parseGpus(flags.gpus)]),
  ];
  return {
    ...(flags.capAdd.length > 0 && { CapAdd: flags.capAdd }),
    ...(flags.capDrop.length > 0 && { CapDrop: flags.capDrop }),
    ...(devices.length > 0 && { Devices: devices.map(parseDevice) }),
    ...(requests.length > 0 && { DeviceRequests: requests }),
    ...(flags.deviceCgroupRule.length > 0 && {
      DeviceCgroupRules: flags.deviceCgroupRule.map(checkDeviceRule),
    }),
    ...(flags.privileged !== undefined && { Privileged: flags.privileged }),
    ...(flags.groupAdd.length > 0 && { GroupAdd: flags.groupAdd }),
    ...(security.options.length > 0 && { SecurityOpt: security.options }),
    ...(security.systemPathsUnconfined && { MaskedPaths: [], ReadonlyPaths: [] }),
  };
}

function checkDeviceRule(rule: string): string {
  if (/^[acb] (\d+|\*):(\d+|\*) [rwm]{1,3}$/.test(rule)) return rule;
  throw invalidOption('--device-cgroup-rule', 'TYPE MAJOR:MINOR ACCESS such as `c 1:3 rwm`', rule);
}

function namespaceConfig(flags: CreateFlags): HostConfig {
  return {
    ...(flags.pid !== undefined && { PidMode: flags.pid }),
    ...(flags.ipc !== undefined && { IpcMode: flags.ipc }),
    ...(flags.uts !== undefined && { UTSMode: flags.uts }),
    ...(flags.userns !== undefined && { UsernsMode: flags.userns }),
    ...(flags.cgroupns !== undefined && { CgroupnsMode: flags.cgroupns }),
  };
}
