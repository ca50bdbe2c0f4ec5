import type { ErrorCode } from '../errors.ts';
import { token } from '../token.ts';
import type { PluginStatus } from './system.ts';

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

export interface PluginChange {
  name: string;
  /**
   * `kept`: the new version cannot be loaded, and the previous one serves. `quarantined`: neither can. `updated`: its
   * file or its entry in pouchd.yaml has changed.
   */
  change: 'added' | 'removed' | 'updated' | 'enabled' | 'disabled' | 'kept' | 'quarantined';
  /** Why, for the last two. */
  reason?: string | undefined;
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

export interface PluginDetails extends PluginStatus {
  version?: string;
  doc?: string;
  /** Milliseconds that its file and its setup took. */
  loadMs?: number;
  /** Of all taps. */
  calls: number;
  errors: number;
  /** Milliseconds; missing without calls. */
  p50Ms?: number;
  p99Ms?: number;
  taps: readonly PluginTapFigures[];
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
    /** `FILE:LINE` of its plugin's entry. */
    origin?: string;
  }[];
  /** Labels of taps: `from` runs before `to`, as the plugin `by` has asked for. */
  edges: readonly { from: string; to: string; by: string }[];
}

/** What a call has changed among the plugins. */
export interface PluginSwitch {
  plugins: readonly PluginChange[];
  /** What works no longer. */
  warnings: readonly string[];
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
  /**
   * Yields the last lines of a plugin; pouchd keeps 1000, or 256 KiB, since its start.
   * @throws PCH_NOT_FOUND
   */
  logs(name: string, query: PluginLogQuery, signal: AbortSignal): AsyncIterable<PluginLogLine>;
}

export const Plugins = token<Plugins>('plugins');
