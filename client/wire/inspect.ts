import type { ImageNameWire, SnapshotScheduleWire, SnapshotWire } from './snapshot.ts';
import type { ContainerConfig, HealthFields, MountPoint, RichFields } from './container.ts';
import type { EndpointSettings } from './endpoint.ts';
import type { HostConfig, PortMap } from './hostConfig.ts';
import type { BlameWire } from './pouch.ts';

/** Response of `GET /containers/{id}/json`. */
export interface ContainerInspect {
  Id: string;
  /** RFC 3339 with nanoseconds. */
  Created: string;
  /** The executable and its arguments. */
  Path: string;
  Args: string[];
  State: ContainerStateWire;
  /** Id of the image. */
  Image: string;
  ResolvConfPath: string;
  HostnamePath: string;
  HostsPath: string;
  LogPath: string;
  /** With a leading slash. */
  Name: string;
  RestartCount: number;
  Driver: string;
  Platform: string;
  MountLabel: string;
  ProcessLabel: string;
  AppArmorProfile: string;
  ExecIDs: string[] | null;
  HostConfig: HostConfig;
  GraphDriver: { Name: string; Data: Record<string, string> | null };
  /** Bytes; only with `size=1`. */
  SizeRw?: number;
  SizeRootFs?: number;
  Mounts: MountPoint[];
  Config: ContainerConfig & RichFields & HealthFields;
  NetworkSettings: NetworkSettings;
  /** Pouch: why the container's record is unusable; other fields may be empty. */
  Damage?: { Path: string; Problem: string; Hint: string };
  /** Pouch: bytes of its log that wait for its log driver, bytes that it never gets, and why they wait. */
  LogDelivery?: { Waiting: number; Lost: number; Problem?: string };
  /** Pouch: what plugins have changed since the container was created; `pouch explain` shows the rest. */
  Blame?: BlameWire[];
  /** Pouch: plugins that failed and were left out. */
  Degraded?: { plugin: string; hook: string; message: string }[];
  /** Pouch: snapshots of its root file system, the oldest first. */
  Snapshots?: SnapshotWire[];
  /** Pouch: when snapshots are taken without being asked for. */
  SnapshotSchedule?: SnapshotScheduleWire;
  /** Pouch: the images that it had since its first upgrade, the oldest first. */
  Images?: (ImageNameWire & { since: string })[];
  /** Pouch: what `pouch rollback` returns to; `onTrial`: it is not known yet whether the present image is healthy. */
  Rollback?: { image: ImageNameWire; at: string; onTrial: boolean };
  /** Pouch: parts of the request that were ignored, and why. */
  Warnings?: string[];
}

/** `State` of an inspected container. */
export interface ContainerStateWire {
  Status: string;
  Running: boolean;
  Paused: boolean;
  Restarting: boolean;
  OOMKilled: boolean;
  Dead: boolean;
  Pid: number;
  ExitCode: number;
  /** Pouch: `reboot` or `poweroff` if a rich container has ended itself so; its restart policy does not apply then. */
  Ending?: string;
  /** Of its health check; of a rich container without one, how far its boot is. */
  Health?: HealthWire;
  /** Pouch: how far its boot is. */
  Readiness?: ReadinessWire;
  Error: string;
  StartedAt: string;
  FinishedAt: string;
}

/** Docker's result of health checks. */
export interface HealthWire {
  /** `starting`, `healthy` or `unhealthy`. */
  Status: string;
  FailingStreak: number;
  Log: { Start: string; End: string; ExitCode: number; Output: string }[];
  /** Pouch: what it did when the container was unhealthy last; At is RFC 3339. */
  OnFailure?: { Action: string; At: string };
}

/** How far the boot of a rich container is. */
export interface ReadinessWire {
  /** `starting`, `running`, `degraded` or `failed`. */
  State: string;
  /** Units of the init that have failed. */
  FailedUnits: string[];
  /** Why the boot has failed. */
  Reason?: string;
  /** What its services ask for and do not get. */
  Warnings?: string[];
  /** RFC 3339. */
  Since: string;
}

/** `NetworkSettings` of an inspected container. */
export interface NetworkSettings {
  Bridge: string;
  SandboxID: string;
  SandboxKey: string;
  HairpinMode?: boolean;
  LinkLocalIPv6Address?: string;
  LinkLocalIPv6PrefixLen?: number;
  Ports: PortMap | null;
  SecondaryIPAddresses?: null;
  SecondaryIPv6Addresses?: null;
  EndpointID: string;
  Gateway: string;
  GlobalIPv6Address: string;
  GlobalIPv6PrefixLen: number;
  IPAddress: string;
  IPPrefixLen: number;
  IPv6Gateway: string;
  MacAddress: string;
  /** By the network's name. */
  Networks: Record<string, EndpointSettings> | null;
}
