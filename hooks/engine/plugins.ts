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

/** Manages the plugins of pouchd. */
export interface Plugins {
  /**
   * Loads a plugin as pouchd does, in an expendable process, without its setup. Its options are checked if pouchd.yaml
   * has an entry for it.
   * @param path absolute path of its file, or of the folder of its package
   */
  validate(path: string): Promise<PluginCheck>;
}

export const Plugins = token<Plugins>('plugins');
