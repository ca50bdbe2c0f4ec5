import type { RuntimeFinding } from '../runtime.ts';
import type { RuntimeFeature } from '../runtimeFeatures.ts';
import { token } from '../token.ts';
import type { PluginChange } from './pluginChange.ts';

/** What `info` returns. */
export interface SystemInfo {
  id: string;
  version: string;
  containers: { total: number; running: number; paused: number; stopped: number };
  images: number;
  root: string;
  state: string;
  cgroupParent: string;
  /** `cgroupfs`. */
  cgroupDriver: string;
  cgroupVersion: '1' | '2';
  kernel: string;
  operatingSystem: string;
  /** As uname(2) has it: `x86_64`. */
  architecture: string;
  cpus: number;
  memory: number;
  hostname: string;
  /** How the size of root file systems is limited, or why it cannot be. */
  diskQuota: string;
  runtimes: Record<string, { path: string }>;
  defaultRuntime: string;
  /** Their names. */
  volumeDrivers: string[];
  /** Their names. */
  logDrivers: string[];
  networkDrivers: string[];
  containerd: { version: string; address: string; managed: boolean };
  plugins: PluginStatus[];
  warnings: string[];
  time: string;
}

/** A network that containers can join. */
export interface NetworkInfo {
  name: string;
  driver: string;
}

/** `process`: one of its own, which confines it; `in-process`: that of pouchd. */
export type PluginIsolation = 'process' | 'in-process';

/** A plugin as `pouch info` lists it. */
export interface PluginStatus {
  name: string;
  /** `built-in` or the file. */
  source: string;
  /** Where its code runs. */
  isolation: PluginIsolation;
  state: 'active' | 'disabled' | 'quarantined';
  /** Why it is quarantined, or why an active one serves an older version. */
  error?: string;
  hooks: string[];
  /** Names of its contributions, by contribution point. */
  contributes?: Record<string, string[]>;
  /** Names of the services that it provides. */
  provides?: string[];
  /** Names of the services that it injects. */
  injects?: string[];
}

/** An effect on the host without a container. */
export interface EffectLeftover {
  /** Id of the container that had it. */
  container: string;
  key: string;
  kind: string;
  /** What it does to the host. */
  sentence: string;
  /** `given up`: with `pouch effects drop`. */
  reason: 'no container' | 'given up';
  /** Why it could not be undone. */
  error?: string;
}

/** One running operation, for `pouch ops`. */
export interface Operation {
  /** Full id; missing for an operation that has no container yet, or is not about one. */
  container?: string;
  verb: string;
  /** RFC 3339. */
  since: string;
  /** How many verbs wait for the container. */
  waiting: number;
  /** The taps that it waits for. */
  taps: { hook: string; plugin: string; /** RFC 3339. */ since: string }[];
}

/** A runtime, and what it can do on this host. */
export interface RuntimeInfo {
  name: string;
  aliases: string[];
  /** What it is, in one sentence. */
  doc: string;
  isolation: 'namespaces' | 'vm';
  /** containerd's runtime type. */
  type: string;
  isDefault: boolean;
  /** How many containers have it. */
  containers: number;
  usable: boolean;
  /** Empty if it was not found. */
  path: string;
  version: string;
  /** Why it is not usable, and how to fix it. */
  problem?: string;
  features: { feature: RuntimeFeature; doc: string; supported: boolean; reason?: string }[];
  /** What was looked at on the host. */
  findings: RuntimeFinding[];
}

/** A rich mode that requests can name. */
export interface RichModeInfo {
  name: string;
  /** The plugin that contributes it. */
  plugin: string;
  /** One sentence. */
  doc: string;
}

/** A profile that requests can name. */
export interface ProfileInfo {
  name: string;
  /** The plugin that contributes it. */
  plugin: string;
  /** `FILE:LINE` where it is defined. */
  origin?: string;
  /** What is wrong with it: requests that name it are refused. */
  problem?: string;
  /** In the order in which they apply. Secrets are masked. */
  options: { option: string; value: unknown; origin?: string }[];
}

/** `authorization` of pouchd.yaml. */
export interface AuthorizationSettings {
  /** Names, or `unix:///PATH` of sockets; in the order in which they decide. */
  readonly plugins: readonly string[];
  /** Milliseconds for one decision. */
  readonly timeout: number;
}

/** What a change of settings has done. */
export interface SettingsUpdate {
  /** Absolute path of the file. */
  file: string;
  /** What the load of the plugins has changed. */
  plugins: readonly PluginChange[];
  /** Other settings with new values, in force. */
  settings: string[];
  /** Those of the file that are in force after a restart. */
  needRestart: { path: string; why: string }[];
}

/** The daemon and its host. */
export interface System {
  /** Facts about the host, the runtimes and the number of objects. */
  info(): Promise<SystemInfo>;
  /** Versions of Pouch and of the programs that it uses. */
  version(): Promise<{
    version: string;
    commit: string;
    builtAt: string;
    containerd: string;
    runtimes: Record<string, string>;
    node: string;
    kernel: string;
    /** As images have it: `amd64`. */
    architecture: string;
  }>;
  /** In the order of their drivers, those of pouchd.yaml last. */
  networks(): NetworkInfo[];
  /** The operations that run now, with the locks and taps that they wait for. */
  ops(): Operation[];
  /** The process that connected a Unix socket, by the descriptor of this end (unix(7), SO_PEERCRED). */
  peerOf(fd: number): { pid: number; uid: number; gid: number };
  /**
   * Runs calls of the engine for one client, whose signal aborts when it leaves: the tap that runs then, or the next
   * one, is cancelled, and the operation ends with PCH_CANCELLED and is undone. What cleans up after a container is
   * not cancelled.
   */
  forCaller<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /**
   * Changes settings in pouchd's configuration file, whose comments stay, and reloads it.
   * @param changes values by setting, such as `log.level`, in the form of the file; null removes one, so that its
   * default applies
   * @param options `offline`: only writes the file, which a reload or a restart puts in force
   * @throws PCH_CONFIG_INVALID, and PCH_CONFIG_FIXED for one that needs a restart; the file is as it was then
   */
  updateSettings(
    changes: Readonly<Record<string, unknown>>,
    options?: { offline?: boolean },
  ): Promise<SettingsUpdate>;
  /** The authorization plugins of pouchd.yaml that are in force. */
  authorization(): AuthorizationSettings;
  /**
   * Undoes effects on the host that belong to no container any more, or only lists them. Those that could not be undone
   * have their `error`.
   */
  collectEffects(options?: { dryRun?: boolean }): Promise<EffectLeftover[]>;
  /** Every runtime there is, usable or not. */
  runtimes(): Promise<RuntimeInfo[]>;
  /** By name. */
  profiles(): ProfileInfo[];
  /** By name. */
  richModes(): RichModeInfo[];
}

/** Token of the daemon and its host, for `inject`. */
export const System = token<System>('system');
