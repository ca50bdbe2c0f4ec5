import type { ContainerSummary } from './container.ts';
import type { ImageSummary } from './image.ts';
import type { PluginChangeWire } from './plugins.ts';
import type { VolumeWire } from './volume.ts';

/** Response of `GET /version`. */
export interface VersionResponse {
  Version: string;
  ApiVersion: string;
  MinAPIVersion: string;
  GitCommit?: string;
  GoVersion?: string;
  Os: string;
  Arch: string;
  KernelVersion?: string;
  BuildTime?: string;
  Platform?: { Name: string };
  Components?: { Name: string; Version: string; Details?: Record<string, string> | null }[] | null;
}

/** The fields of `GET /info` that Pouch uses; servers may send more. */
export interface InfoResponse {
  ID: string;
  Name: string;
  Containers: number;
  ContainersRunning: number;
  ContainersPaused: number;
  ContainersStopped: number;
  Images: number;
  Driver: string;
  LoggingDriver: string;
  CgroupDriver: string;
  CgroupVersion: string;
  KernelVersion: string;
  OperatingSystem: string;
  OSType: string;
  Architecture: string;
  NCPU: number;
  MemTotal: number;
  DockerRootDir: string;
  ServerVersion: string;
  DefaultRuntime: string;
  Runtimes: Record<string, { path?: string; runtimeArgs?: string[] | null }> | null;
  SystemTime: string;
  Warnings: string[] | null;
  [more: string]: unknown;
}

/** Response of `GET /system/df`; parts that were not asked for are null. */
export interface DiskUsageResponse {
  /** Bytes of the layers of all images, each counted once. */
  LayersSize: number;
  Images: ImageSummary[] | null;
  /** With their sizes. */
  Containers: ContainerSummary[] | null;
  /** With `UsageData`. */
  Volumes: VolumeWire[] | null;
  BuildCache: BuildCacheRecord[] | null;
}

/** What a builder keeps of a build. */
export interface BuildCacheRecord {
  ID: string;
  Parent?: string;
  Parents?: string[];
  Type: string;
  Description?: string;
  InUse: boolean;
  Shared: boolean;
  /** Bytes. */
  Size: number;
  CreatedAt: string;
  LastUsedAt?: string | null;
  UsageCount: number;
}

/** One line of `GET /events`. */
export interface EventMessage {
  Type: string;
  Action: string;
  Actor: { ID: string; Attributes: Record<string, string> };
  scope?: string;
  /** Unix seconds. */
  time: number;
  /** Unix nanoseconds; loses precision as a JavaScript number. */
  timeNano: number;
  /** Names from before v1.22, still sent for containers and images. */
  status?: string;
  id?: string;
  from?: string;
}

/** Body of `POST /daemon/update`. */
export interface SettingsUpdateRequest {
  /** Values by setting, such as `log.level`, in the form of pouchd.yaml; null removes one from the file. */
  Settings: Record<string, unknown>;
  /** Only writes the file. */
  Offline?: boolean;
}

/** Response of `POST /daemon/update`. */
export interface SettingsUpdateResponse {
  /** Absolute path of the configuration file on pouchd's host. */
  File: string;
  /** What the load of the plugins has changed. */
  Plugins: readonly PluginChangeWire[];
  /** Other settings with new values, in force. */
  Settings: string[];
  /** Settings whose values are in force after a restart of pouchd, and why. */
  NeedRestart: { Path: string; Why: string }[];
}
