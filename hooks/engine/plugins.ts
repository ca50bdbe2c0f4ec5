import type { Readable } from 'node:stream';
import type { SidecarStatus } from '../contributions/sidecar.ts';
import type { ErrorCode } from '../errors.ts';
import { token } from '../token.ts';
import type { PluginChange } from './pluginChange.ts';
import type { PluginStatus } from './system.ts';

export type { PluginChange } from './pluginChange.ts';

/** What the loader finds in a plugin that it does not set up. */
export interface PluginCheck {
  /** The name of its file, without extension, if the file cannot be read. */
  name: string;
  /** The file that pouchd would load. */
  path: string;
  version?: string;
  doc?: string;
  /** Names of the hook points that its manifest lists. */
  hooks?: readonly string[];
  /** Why it cannot be loaded. */
  problem?: { code: ErrorCode; message: string; hint?: string };
}

/** What a reload of pouchd.yaml has changed. */
export interface PluginReload {
  /** Number of the generation of plugins that serves now. */
  generation: number;
  plugins: readonly PluginChange[];
  /** Other settings with new values. */
  settings: readonly string[];
  /** Settings with new values that need a restart of pouchd, and why. */
  needRestart: readonly { path: string; why: string }[];
}

/** One line that the daemon's log has of a plugin. */
export interface PluginLogLine {
  /** RFC 3339. */
  time: string;
  level: 'trace' | 'debug' | 'info' | 'warn' | 'error';
  /** Message and fields, secrets masked. */
  text: string;
}

/** Which lines of a plugin's log are wanted. */
export interface PluginLogQuery {
  /** How many of the present lines; all if missing. */
  tail?: number | undefined;
  /** Whether to continue with those to come. */
  follow?: boolean;
}

/** What the calls of one tap have cost since its plugin was loaded; an unchanged plugin keeps them over a reload. */
export interface PluginTapFigures {
  hook: string;
  /** `plugin`, or `plugin:tap` where it has a name of its own. */
  tap: string;
  calls: number;
  /** Calls that failed, whatever its policy made of it. */
  errors: number;
  /** Calls that an open circuit breaker left out. */
  leftOut: number;
  /** Milliseconds, at most 9 % off; missing without calls. */
  p50Ms?: number;
  p99Ms?: number;
  maxMs?: number;
  lastError?: string;
  /** Only where its policy lets it be left out. */
  breaker?: 'open' | 'closed';
}

/** What the entry of a confined plugin grants it. */
export interface GrantedRights {
  secrets?: boolean;
  network?: boolean;
  /** Absolute paths of the host. */
  paths?: { readonly read?: readonly string[]; readonly write?: readonly string[] };
  /** By service, `true` or its methods. */
  services?: Readonly<Record<string, true | readonly string[]>>;
  /** By effect kind, `true` or rules: patterns by argument. */
  effects?: Readonly<Record<string, true | readonly Readonly<Record<string, readonly string[]>>[]>>;
  /** By runtime: the program that root starts, and its settings. */
  runtimes?: Readonly<
    Record<
      string,
      { binary?: string; shim?: string; config?: readonly string[]; annotations?: readonly string[] }
    >
  >;
}

/** A plugin with what it contributes and how it has behaved. */
export interface PluginDetails extends Omit<PluginStatus, 'state'> {
  /** `shadow`: it only plans; its calls are the plans that were compared, its errors those that failed. */
  state: PluginStatus['state'] | 'shadow';
  version?: string;
  doc?: string;
  /** Missing for a plugin that has all rights of pouchd. */
  grants?: GrantedRights;
  /** Milliseconds that its file and its setup took. */
  loadMs?: number;
  /** Of all taps. */
  calls: number;
  errors: number;
  /** Milliseconds; missing without calls. */
  p50Ms?: number;
  p99Ms?: number;
  taps: readonly PluginTapFigures[];
  /** The processes that pouchd supervises for it; missing without any. */
  sidecars?: readonly SidecarStatus[];
  /** Why it is disabled: `FILE:LINE`, or `pouch plugin disable`. */
  disabledBy?: string;
}

/** The taps of one hook point. */
export interface HookGraph {
  hook: string;
  kind: 'plan' | 'bail' | 'apply' | 'observe';
  /** In the order in which they are called; those of an observe hook run side by side. */
  taps: readonly {
    /** `plugin`, or `plugin:tap` where it has a name of its own. */
    label: string;
    plugin: string;
    phase: string;
    before: readonly string[];
    after: readonly string[];
    overrides: readonly string[];
    onError: string;
    timeoutMs: number;
    /** The containers that it is called for: `rich: true, label: tier=db`; missing: all. */
    when?: string;
    /** `FILE:LINE` of its plugin's entry. */
    origin?: string;
  }[];
  /** Labels of taps: `from` runs before `to`, as the plugin `by` has asked for. */
  edges: readonly { from: string; to: string; by: string }[];
}

/** A plan of a shadow that differs from that of the plugin which serves under its name. */
export interface ShadowDifference {
  /** RFC 3339. */
  time: string;
  /** Name of the container; of an update and others the begin of its id. */
  container: string;
  hook: string;
  /** At most 20; secrets are masked, and long values are cut. `from` is what the plugin that serves has set. */
  fields: readonly { field: string; from?: unknown; to?: unknown }[];
  /** How many fields are left out. */
  moreFields: number;
  /** Messages of a plan that failed. */
  error?: { from?: string; to?: string };
}

/** A version of a plugin that plans beside the one that serves, and how the two compare. */
export interface ShadowReport {
  name: string;
  /** Its file. */
  source: string;
  version?: string;
  /** Why it cannot be loaded; then it does not plan. */
  error?: string;
  /** The plugin that serves under its name; missing if none does. */
  serving?: { source: string; version?: string };
  /** RFC 3339: when the comparison began. */
  since: string;
  /** Plans that were compared: those that are the same, that differ, and that failed in the shadow only. */
  calls: number;
  same: number;
  differing: number;
  failed: number;
  /** Plans that were not compared: they came faster than the shadow planned. */
  dropped: number;
  /** The same, after five failures in a row: it then rests for 30 s. */
  leftOut: number;
  /** Milliseconds, at most 9 % off; missing without calls. */
  p50Ms?: number;
  p99Ms?: number;
  /** Of the plugin that serves, in the same plans. */
  servingP50Ms?: number;
  servingP99Ms?: number;
  /** The last 50, the newest first. */
  differences: readonly ShadowDifference[];
}

/** What a promotion has changed, and what is to change in pouchd.yaml. */
export interface PluginPromotion extends PluginSwitch {
  advice: readonly string[];
}

/** What a call has changed among the plugins. */
export interface PluginSwitch {
  plugins: readonly PluginChange[];
  /** What works no longer. */
  warnings: readonly string[];
}

/** Where a package comes from. */
export interface PluginOrigin {
  /** As the lock file has it. */
  source: string;
  /** Name of its folder: the plugin is the file of that name, if it has no package.json. */
  name?: string | undefined;
}

/** An installed plugin, and what its activation has changed. */
export interface PluginInstallation {
  name: string;
  version?: string;
  /** `sha256:…` of its files, which the lock file pins. */
  digest: string;
  plugins: readonly PluginChange[];
}

/** Manages the plugins of pouchd. */
export interface Plugins {
  /** Every plugin, also disabled and quarantined ones, in the order of the configuration. */
  list(): PluginDetails[];
  /**
   * Returns the order of taps at each hook point that is tapped, or at one.
   * @throws PCH_HOOK_UNKNOWN
   */
  graph(hook?: string): HookGraph[];
  /**
   * Loads a plugin as pouchd does, in an expendable process, without its setup. Its options are checked if pouchd.yaml
   * has an entry for it.
   * @param path absolute path of its file, or of the folder of its package
   */
  validate(path: string): Promise<PluginCheck>;
  /**
   * Reads pouchd.yaml again and loads all plugins, as SIGHUP does. Running operations finish with the plugins that they
   * began with.
   * @throws PCH_CONFIG_INVALID and others of the configuration; then nothing has changed
   */
  reload(): Promise<PluginReload>;
  /**
   * Switches a plugin off until `enable`, also over restarts. Its effects are undone by its last version.
   * @throws PCH_NOT_FOUND; PCH_PLUGIN_NEEDED if containers need it, unless forced, or if pouchd does
   */
  disable(name: string, options?: { force?: boolean }): Promise<PluginSwitch>;
  /**
   * Ends a `disable`. A plugin that cannot be loaded stays disabled.
   * @throws PCH_NOT_FOUND, PCH_PLUGIN_QUARANTINED; PCH_CONFLICT if pouchd.yaml disables it
   */
  enable(name: string): Promise<PluginSwitch>;
  /** The versions of plugins that only plan, and how they compare. */
  shadows(): ShadowReport[];
  /**
   * Has a shadow serve in the place of the plugin of its name, also over restarts.
   * @throws PCH_NOT_FOUND; PCH_PLUGIN_QUARANTINED if it cannot be loaded, or another plugin cannot be without the
   *   replaced one; then nothing has changed
   */
  promote(name: string): Promise<PluginPromotion>;
  /** Ends a `promote`: both are again what pouchd.yaml says. @throws PCH_NOT_FOUND */
  demote(name: string): Promise<PluginPromotion>;
  /**
   * Unpacks a tar archive, compressed or not, to a folder of pouchd, checks the plugin and activates it. One that
   * cannot be loaded is removed again, and what served before serves.
   * @throws PCH_PLUGIN_PACKAGE, PCH_ALREADY_EXISTS, or why it cannot be loaded
   */
  install(archive: Readable, origin: PluginOrigin): Promise<PluginInstallation>;
  /**
   * Installs the package in an OCI artifact of a registry, whose one layer is the archive.
   * @param reference `[HOST[:PORT]/]NAME[:TAG][@DIGEST]`
   * @throws as `install`, PCH_REFERENCE_INVALID, PCH_IMAGE_NOT_FOUND, PCH_IMAGE_INVALID, PCH_REGISTRY_*
   */
  installArtifact(reference: string): Promise<PluginInstallation>;
  /** Activates the version that was installed before. @throws PCH_NOT_FOUND, PCH_CONFLICT */
  rollback(name: string): Promise<PluginInstallation>;
  /** Removes an installed plugin. Its effects stay undoable. @throws PCH_NOT_FOUND */
  remove(name: string): Promise<PluginSwitch>;
  /**
   * Yields the last lines of a plugin; pouchd keeps 1000, or 256 KiB, since its start.
   * @throws PCH_NOT_FOUND
   */
  logs(name: string, query: PluginLogQuery, signal: AbortSignal): AsyncIterable<PluginLogLine>;
}

/** Token of the daemon's plugins, for `inject`. */
export const Plugins = token<Plugins>('plugins');
