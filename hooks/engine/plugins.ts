import type { ErrorCode } from '../errors.ts';
import { token } from '../token.ts';

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

/** Manages the plugins of pouchd. */
export interface Plugins {
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
   * Yields the last lines of a plugin; pouchd keeps 1000, or 256 KiB, since its start.
   * @throws PCH_NOT_FOUND
   */
  logs(name: string, query: PluginLogQuery, signal: AbortSignal): AsyncIterable<PluginLogLine>;
}

export const Plugins = token<Plugins>('plugins');
