import type { PluginStatusWire } from './pouch.ts';

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

/** What the calls of one tap have cost since its plugin was loaded; an unchanged plugin keeps them over a reload. */
export interface PluginTapFiguresWire {
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

/** One entry of `GET /pouch/plugins`. */
export interface PluginDetailsWire extends PluginStatusWire {
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
  taps: readonly PluginTapFiguresWire[];
  /** Why it is disabled: `FILE:LINE`, or `pouch plugin disable`. */
  disabledBy?: string;
}

/** One entry of `GET /pouch/plugins/graph?hook=`: the taps of one hook point. */
export interface HookGraphWire {
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

/** Response of `POST /pouch/plugins/{name}/disable?force=` and `…/enable`: what has changed. */
export interface PluginSwitchWire {
  plugins: readonly PluginChangeWire[];
  /** What works no longer. */
  warnings: readonly string[];
}
