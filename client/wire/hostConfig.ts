import type { LimitConfig } from './limits.ts';

/** HostConfig: the part of a container's configuration that depends on the host. */
export interface HostConfig extends LimitConfig {
  /** `HOST-DIR-OR-VOLUME:CONTAINER-DIR[:OPTIONS]`. */
  Binds?: string[] | null;
  /** File for the container's id. The CLI writes it; the server only records it. */
  ContainerIDFile?: string;
  LogConfig?: { Type?: string; Config?: Record<string, string> | null };
  NetworkMode?: string;
  PortBindings?: PortMap | null;
  RestartPolicy?: { Name?: string; MaximumRetryCount?: number };
  AutoRemove?: boolean;
  VolumeDriver?: string;
  VolumesFrom?: string[] | null;
  /** Refused. */
  Links?: string[] | null;
  /** Since v1.30. */
  Mounts?: MountSpec[] | null;
  /** `[height, width]` in characters; since v1.42. */
  ConsoleSize?: [number, number];
  /** Since v1.43. */
  Annotations?: Record<string, string> | null;
  CapAdd?: string[] | null;
  CapDrop?: string[] | null;
  /** `host`, `private` or empty for the daemon's default; since v1.41. */
  CgroupnsMode?: string;
  Dns?: string[] | null;
  DnsOptions?: string[] | null;
  DnsSearch?: string[] | null;
  /** `HOST:IP`. */
  ExtraHosts?: string[] | null;
  GroupAdd?: string[] | null;
  IpcMode?: string;
  OomScoreAdj?: number;
  PidMode?: string;
  Privileged?: boolean;
  /** Publishes every exposed port on a free host port (-P). */
  PublishAllPorts?: boolean;
  ReadonlyRootfs?: boolean;
  SecurityOpt?: string[] | null;
  /** Mount options by destination. */
  Tmpfs?: Record<string, string> | null;
  UTSMode?: string;
  UsernsMode?: string;
  /** In podman's form: `CONTAINERID:HOSTID:SIZE`. */
  IDMappings?: { UidMap: string[]; GidMap: string[] };
  /** Bytes. */
  ShmSize?: number;
  /** `size`: what the root file system can hold, such as `10G`. */
  StorageOpt?: Record<string, string> | null;
  Sysctls?: Record<string, string> | null;
  /** Name of a runtime. */
  Runtime?: string;
  /** Pouch: name or id of a running container whose VM this one shares. */
  VmOf?: string;
  MaskedPaths?: string[] | null;
  ReadonlyPaths?: string[] | null;
  /** Runs a small init as PID 1. */
  Init?: boolean | null;

  CgroupParent?: string;
  /** Bytes; deprecated, without effect. */
  KernelMemory?: number;
  Devices?: DeviceMapping[] | null;
  /** Only of driver `cdi`, with DeviceIDs `VENDOR/CLASS=NAME`. */
  DeviceRequests?: DeviceRequest[] | null;
  /** Pouch: class of service (Intel RDT). */
  RdtClass?: string;
  /** `TYPE MAJOR:MINOR ACCESS`. */
  DeviceCgroupRules?: string[] | null;
  Ulimits?: Ulimit[] | null;
}

/** By `PORT/PROTOCOL`. */
export type PortMap = Record<string, PortBinding[] | null>;

/** Where the host publishes a port. */
export interface PortBinding {
  HostIp?: string;
  /** Decimal, or `FIRST-LAST`; empty for any free port. */
  HostPort?: string;
}

/** A device of the host for a container. */
export interface DeviceMapping {
  PathOnHost: string;
  PathInContainer: string;
  /** `rwm`. */
  CgroupPermissions: string;
}

/** A resource limit of setrlimit(2). */
export interface Ulimit {
  Name: string;
  Soft: number;
  Hard: number;
}

/** `--mount`. */
export interface MountSpec {
  Target: string;
  /** Host path or volume name. */
  Source?: string;
  Type: 'bind' | 'volume' | 'tmpfs' | 'npipe' | 'cluster';
  ReadOnly?: boolean;
  Consistency?: string;
  BindOptions?: {
    Propagation?: string;
    NonRecursive?: boolean;
    CreateMountpoint?: boolean;
  };
  VolumeOptions?: {
    NoCopy?: boolean;
    Labels?: Record<string, string>;
    DriverConfig?: { Name?: string; Options?: Record<string, string> };
    Subpath?: string;
  };
  TmpfsOptions?: { SizeBytes?: number; Mode?: number };
}

/** A request to a device driver. */
export interface DeviceRequest {
  Driver?: string;
  Count?: number;
  DeviceIDs?: string[] | null;
  Capabilities?: string[][] | null;
  Options?: Record<string, string> | null;
}
