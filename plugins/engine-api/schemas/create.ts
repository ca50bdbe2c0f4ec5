import type {
  ContainerCreateRequest,
  ContainerUpdateRequest,
  DeviceAddRequest,
  MountAddRequest,
  PortAddRequest,
} from '../../../client/wire.ts';
import { limitEntries } from '../../../client/wire/limits.ts';
import {
  flag,
  keySet,
  listOf,
  mapOf,
  record,
  size,
  text,
  textMap,
  textOrTexts,
  texts,
  typed,
  whole,
} from './json.ts';
import { endpoint } from './network.ts';

const throttle = listOf(record({ Path: text, Rate: whole }));

const mount = record(
  {
    Target: text,
    Source: text,
    Type: text,
    ReadOnly: flag,
    Consistency: text,
    BindOptions: record({
      Propagation: text,
      NonRecursive: flag,
      CreateMountpoint: flag,
      ReadOnlyNonRecursive: flag,
      ReadOnlyForceRecursive: flag,
    }),
    VolumeOptions: record({
      NoCopy: flag,
      Labels: textMap,
      DriverConfig: record({ Name: text, Options: textMap }),
      Subpath: text,
    }),
    TmpfsOptions: record({ SizeBytes: whole, Mode: whole, Options: listOf(texts) }),
  },
  ['Target', 'Type'],
);

const restartPolicy = record({ Name: text, MaximumRetryCount: whole });

const values = {
  size: whole,
  sizeOrUnlimited: whole,
  cpus: whole,
  integer: whole,
  list: text,
  flag,
  bytesPerSecond: throttle,
  operationsPerSecond: throttle,
  weights: listOf(record({ Path: text, Weight: whole })),
};

const limits = Object.fromEntries(limitEntries.map(([field, { value }]) => [field, values[value]]));

const portBindings = mapOf(listOf(record({ HostIp: text, HostPort: text })));

const device = record({ PathOnHost: text, PathInContainer: text, CgroupPermissions: text }, ['PathOnHost']);

const hostConfig = record({
  ...limits,
  Binds: texts,
  ContainerIDFile: text,
  LogConfig: record({ Type: text, Config: textMap }),
  NetworkMode: text,
  PortBindings: portBindings,
  RestartPolicy: restartPolicy,
  AutoRemove: flag,
  VolumeDriver: text,
  VolumesFrom: texts,
  Links: texts,
  Mounts: listOf(mount),
  ConsoleSize: size,
  Annotations: textMap,
  CapAdd: texts,
  CapDrop: texts,
  CgroupnsMode: text,
  Dns: texts,
  DnsOptions: texts,
  DnsSearch: texts,
  ExtraHosts: texts,
  GroupAdd: texts,
  IpcMode: text,
  OomScoreAdj: whole,
  PidMode: text,
  Privileged: flag,
  PublishAllPorts: flag,
  ReadonlyRootfs: flag,
  SecurityOpt: texts,
  Tmpfs: textMap,
  UTSMode: text,
  UsernsMode: text,
  ShmSize: whole,
  StorageOpt: textMap,
  Sysctls: textMap,
  Runtime: text,
  VmOf: text,
  MaskedPaths: texts,
  ReadonlyPaths: texts,
  Init: flag,
  CgroupParent: text,
  KernelMemory: whole,
  Devices: listOf(device),
  DeviceCgroupRules: texts,
  Ulimits: listOf(record({ Name: text, Soft: whole, Hard: whole }, ['Name', 'Soft', 'Hard'])),
});

/** Body of `POST /containers/create`. */
export const createSchema = typed<ContainerCreateRequest>(
  record(
    {
      Hostname: text,
      Domainname: text,
      User: text,
      AttachStdin: flag,
      AttachStdout: flag,
      AttachStderr: flag,
      ExposedPorts: keySet,
      Tty: flag,
      OpenStdin: flag,
      StdinOnce: flag,
      Env: texts,
      Cmd: textOrTexts,
      Healthcheck: record({
        Test: texts,
        Interval: whole,
        Timeout: whole,
        StartPeriod: whole,
        StartInterval: whole,
        Retries: whole,
      }),
      HealthcheckOnFailureAction: text,
      SpecificID: text,
      DisableNetworkFiles: flag,
      NetPriority: whole,
      Image: text,
      Volumes: keySet,
      WorkingDir: text,
      Entrypoint: textOrTexts,
      NetworkDisabled: flag,
      MacAddress: text,
      OnBuild: texts,
      Labels: textMap,
      StopSignal: text,
      StopTimeout: whole,
      Shell: texts,
      SecretEnv: texts,
      Rich: flag,
      RichMode: text,
      InitScript: text,
      InitArgs: texts,
      InitCommands: texts,
      InitTimeout: whole,
      RestartAfterPoweroff: flag,
      Nested: flag,
      RichServices: mapOf(record({ Command: text, After: texts, Health: text })),
      BootOrder: whole,
      BootDelay: whole,
      SshKeys: listOf(record({ User: text, Key: text }, ['User', 'Key'])),
      SshPort: whole,
      Timezone: text,
      UserData: text,
      MetaData: text,
      NetworkConfig: text,
      HostConfig: hostConfig,
      NetworkingConfig: record({ EndpointsConfig: mapOf(endpoint) }),
    },
    ['Image'],
  ),
);

/** Body of `POST /containers/{id}/update`. */
export const updateSchema = typed<ContainerUpdateRequest>(
  record({
    ...limits,
    RestartPolicy: restartPolicy,
    StorageOpt: textMap,
    Env: texts,
    Label: texts,
    SpecAnnotation: mapOf(text),
  }),
);

/** Schema of a port for a container that exists. */
export const portAddSchema = typed<PortAddRequest>(record({ PortBindings: portBindings }));

/** Schema of a device for a container that exists. */
export const deviceAddSchema = typed<DeviceAddRequest>(device);

/** Schema of a mount for a container that exists. */
export const mountAddSchema = typed<MountAddRequest>(record({ Binds: texts, Mounts: listOf(mount) }));
