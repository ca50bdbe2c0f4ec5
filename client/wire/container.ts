import type { EndpointSettings } from './endpoint.ts';
import type { DeviceMapping, HostConfig } from './hostConfig.ts';
import type { LimitField } from './limits.ts';

/** The portable part of a container's configuration. */
export interface ContainerConfig {
  Hostname?: string;
  Domainname?: string;
  /** `user[:group]`. */
  User?: string;
  AttachStdin?: boolean;
  AttachStdout?: boolean;
  AttachStderr?: boolean;
  /** By `PORT/PROTOCOL`. */
  ExposedPorts?: Record<string, object> | null;
  Tty?: boolean;
  OpenStdin?: boolean;
  StdinOnce?: boolean;
  /** `NAME=VALUE`; a bare `NAME` removes an image's variable. */
  Env?: string[] | null;
  Cmd?: string[] | string | null;
  Healthcheck?: Healthcheck | null;
  ArgsEscaped?: boolean;
  Image?: string;
  /** Anonymous volumes by destination. */
  Volumes?: Record<string, object> | null;
  WorkingDir?: string;
  /** `['']` clears the image's entrypoint. */
  Entrypoint?: string[] | string | null;
  NetworkDisabled?: boolean;
  MacAddress?: string;
  OnBuild?: string[] | null;
  Labels?: Record<string, string> | null;
  StopSignal?: string;
  /** Seconds. */
  StopTimeout?: number | null;
  Shell?: string[] | null;
}

/** A health check. Zeros and what is missing are those of the image, or Docker's defaults. */
export interface Healthcheck {
  /** `CMD` and a command, `CMD-SHELL` and a line for a shell, or `NONE`. */
  Test?: string[] | null;
  /** Nanoseconds. */
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  StartInterval?: number;
  Retries?: number;
}

/** A service of the mode `supervised`. */
export interface RichService {
  /** Text for a shell; missing: the name says it, as `sshd`, `cron` and `syslog`. */
  Command?: string;
  /** Services that are up before it starts. */
  After?: string[];
  /** Text for a shell, which succeeds while the service works. */
  Health?: string;
}

/** Pouch's additions to the body of `POST /containers/create`. */
export interface RichFields {
  /** Creates a rich container: it runs an init system and services. */
  Rich?: boolean;
  /** `dumb-init`, `systemd`, `sbin-init`, or a plugin's mode. Only with Rich. */
  RichMode?: string;
  /** Script that runs in the container before its command. Only with Rich. */
  InitScript?: string;
  /** Arguments of the script. */
  InitArgs?: string[];
  /** Lines of shell that run after the script, before the command. */
  InitCommands?: string[];
  /** Seconds for the script and the lines together; 0 means unlimited. */
  InitTimeout?: number;
  /** Starts it again after a power-off inside. Only with Rich. */
  RestartAfterPoweroff?: boolean;
  /** Container engines run inside. */
  Nested?: boolean;
  /** Services by name, for the mode `supervised`. Only with Rich. */
  RichServices?: Record<string, RichService>;
}

/** Pouch's additions for the first start of a container. */
export interface FirstBootFields {
  /** Public keys for the files authorized_keys of users. */
  SshKeys?: { User: string; Key: string }[];
  /** Port that the image's sshd listens on. */
  SshPort?: number;
  /** A zone such as `Europe/Berlin`; `local` is the one of the host. */
  Timezone?: string;
  /** User data: `#cloud-config` and YAML; with cloud-init in the image, any form of it. */
  UserData?: string;
  /** Meta data in YAML, for an image with cloud-init. */
  MetaData?: string;
  /** Network configuration in YAML, for an image with cloud-init. */
  NetworkConfig?: string;
}

/** Pouch's additions for the start of a container after a boot of the host. */
export interface BootFields {
  /** After those of a lower one are up; those of one order start together. Default: 0. */
  BootOrder?: number;
  /** Seconds to wait before that. */
  BootDelay?: number;
}

/** Fields of PouchContainer. */
export interface OwnFields {
  /** 64 hex digits: the id of the container. */
  SpecificID?: string;
  /** Leaves /etc/hostname, /etc/hosts and /etc/resolv.conf of the image alone. */
  DisableNetworkFiles?: boolean;
  /** Refused: Pouch sets no priorities of networks. */
  NetPriority?: number;
}

/** Pouch's addition to health checks. */
export interface HealthFields {
  /** What happens when the container becomes unhealthy: `none`, `kill`, `restart` or `stop`. Default: `none`. */
  HealthcheckOnFailureAction?: string;
}

/** Body of `POST /containers/create?name=&platform=`. */
export interface ContainerCreateRequest
  extends ContainerConfig, RichFields, FirstBootFields, BootFields, HealthFields, OwnFields {
  /** Pouch: names of variables in Env that are masked in plans, logs, errors and events. */
  SecretEnv?: string[];
  HostConfig?: HostConfig;
  NetworkingConfig?: { EndpointsConfig?: Record<string, EndpointSettings> | null };
}

/** Response to `POST /containers/create`. */
export interface ContainerCreateResponse {
  Id: string;
  Warnings: string[] | null;
}

/**
 * Body of `POST /containers/{id}/update`. Limits that are missing or 0, and a policy without a name, do not change.
 * StorageOpt and what follows are Pouch's.
 */
export interface ContainerUpdateRequest extends Pick<
  HostConfig,
  LimitField | 'RestartPolicy' | 'StorageOpt'
> {
  /** `NAME=VALUE` sets a variable, `NAME` removes it. */
  Env?: string[] | null;
  /** `KEY=VALUE` sets a label, `KEY` removes it. */
  Label?: string[] | null;
  /** Sets annotations; null removes one. */
  SpecAnnotation?: Record<string, string | null> | null;
}

/** Response to `POST /containers/ID/update`. */
export interface ContainerUpdateResponse {
  Warnings: string[] | null;
}

/** Body of `POST /pouch/containers/{id}/mounts`: one mount, in one of the two forms. */
export type MountAddRequest = Pick<HostConfig, 'Binds' | 'Mounts'>;

/** Response to the calls that add a mount, a device or a port to a container. */
export interface ChangeWarnings {
  Warnings: string[] | null;
}

/** Body of `POST /pouch/containers/{id}/devices`. */
export type DeviceAddRequest = Partial<DeviceMapping> & Pick<DeviceMapping, 'PathOnHost'>;

/** Body of `POST /pouch/containers/{id}/ports`: one port with one host port. */
export type PortAddRequest = Pick<HostConfig, 'PortBindings'>;

/** Body of `POST /containers/{id}/checkpoints`. */
export interface CheckpointCreateRequest {
  /** Name of the checkpoint. */
  CheckpointID: string;
  /** Must be empty: checkpoints are stored with the container. */
  CheckpointDir?: string;
  /** Stops the container after the checkpoint. */
  Exit?: boolean;
}

/** One entry of `GET /containers/{id}/checkpoints`. */
export interface CheckpointSummary {
  Name: string;
}

/** One entry of `GET /containers/json`. */
export interface ContainerSummary {
  Id: string;
  /** Each with a leading slash. */
  Names: string[];
  Image: string;
  ImageID: string;
  Command: string;
  /** Unix seconds. */
  Created: number;
  Ports: PortSummary[];
  /** Bytes; only with `size=1`. */
  SizeRw?: number;
  SizeRootFs?: number;
  Labels: Record<string, string> | null;
  /** `created`, `running`, `paused`, `restarting`, `removing`, `exited`, `dead`. */
  State: string;
  /** Human-readable: `Up 5 minutes`. */
  Status: string;
  HostConfig?: { NetworkMode?: string; Annotations?: Record<string, string> };
  NetworkSettings?: { Networks: Record<string, EndpointSettings> | null } | null;
  Mounts?: MountPoint[];
  /** Pouch: it is a rich container. */
  Rich?: boolean;
  RichMode?: string;
  /** Pouch: how far the boot of a rich container is. */
  Readiness?: {
    State: 'starting' | 'running' | 'degraded' | 'failed';
    FailedUnits: string[];
    /** Who was logged in when Pouch looked last, at most a minute ago; missing if its init does not know. */
    Users?: number;
  };
  /** Pouch: Unix seconds of its last start, of one that runs. */
  StartedAt?: number;
  Runtime?: string;
  /** Pouch: it was created without a plugin that failed. */
  Degraded?: boolean;
}

/** A port of a container in lists. */
export interface PortSummary {
  IP?: string;
  PrivatePort: number;
  PublicPort?: number;
  Type: string;
}

/** A mount of a container, as inspect and list return it. */
export interface MountPoint {
  Type: string;
  Name?: string;
  Source: string;
  Destination: string;
  Driver?: string;
  Mode: string;
  RW: boolean;
  Propagation: string;
}

/** Response of `POST /containers/{id}/wait`. */
export interface ContainerWaitResponse {
  StatusCode: number;
  Error?: { Message: string } | null;
}

/** Response of `GET /containers/{id}/top`. */
export interface ContainerTopResponse {
  Titles: string[];
  Processes: string[][];
}

/** Response of `POST /containers/prune`. */
export interface ContainersPruneResponse {
  ContainersDeleted: string[] | null;
  /** Bytes. */
  SpaceReclaimed: number;
}
