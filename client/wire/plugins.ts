/** Response of `POST /pouch/plugins/validate?path=`: what pouchd finds in a plugin of its host. */
export interface PluginCheckWire {
  name: string;
  /** The file that pouchd would load. */
  path: string;
  version?: string;
  doc?: string;
  /** Names of the hook points that its manifest lists. */
  hooks?: readonly string[];
  /** Why it cannot be loaded. */
  problem?: { code: string; message: string; hint?: string };
}

/** Response of `POST /pouch/plugins/reload`. */
export interface PluginReloadWire {
  /** Number of the generation of plugins that serves now. */
  generation: number;
  plugins: readonly PluginChangeWire[];
  /** Other settings with new values. */
  settings: readonly string[];
  /** Settings with new values that need a restart of pouchd, and why. */
  needRestart: readonly { path: string; why: string }[];
}

export interface PluginChangeWire {
  name: string;
  /** `kept`: the new version cannot be loaded, and the previous one serves. `quarantined`: neither can. */
  change: 'added' | 'removed' | 'updated' | 'enabled' | 'disabled' | 'kept' | 'quarantined';
  /** Why, for the last two. */
  reason?: string | undefined;
}

/** One JSON line of `GET /pouch/plugins/{name}/logs?tail=&follow=`. */
export interface PluginLogLineWire {
  /** RFC 3339. */
  time: string;
  level: string;
  /** Message and fields, secrets masked. */
  text: string;
}
