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

/** What a plugin changed in a plan. */
export interface PluginChangeWire {
  name: string;
  /** The change of a version that only plans, a shadow. */
  isShadow?: boolean;
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

/** A process that pouchd supervises for a plugin. */
export interface SidecarStatusWire {
  name: string;
  doc: string;
  /** `waiting`: it has ended, and is started again after a pause. `ended`: it is not started again. */
  phase: 'starting' | 'running' | 'waiting' | 'ended';
  pid?: number;
  keep: boolean;
  /** Whether it has been running since before this pouchd started. */
  adopted: boolean;
  restarts: number;
  lastError?: string;
}

/** One entry of `GET /pouch/plugins`. */
export interface PluginDetailsWire extends Omit<PluginStatusWire, 'state'> {
  /** `shadow`: it only plans; its calls are the plans that were compared, its errors those that failed. */
  state: PluginStatusWire['state'] | 'shadow';
  version?: string;
  doc?: string;
  /** What its entry grants it. Missing for a plugin that has all rights of pouchd. */
  grants?: {
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
  };
  /** Milliseconds that its file and its setup took. */
  loadMs?: number;
  /** Of all taps. */
  calls: number;
  errors: number;
  /** Milliseconds; missing without calls. */
  p50Ms?: number;
  p99Ms?: number;
  taps: readonly PluginTapFiguresWire[];
  /** The processes that pouchd supervises for it; missing without any. */
  sidecars?: readonly SidecarStatusWire[];
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
    /** The containers that it is called for: `rich: true, label: tier=db`; missing: all. */
    when?: string;
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

/**
 * Response of `POST /pouch/plugins/install?source=&name=`, whose body is a tar archive, and of
 * `POST /pouch/plugins/{name}/rollback`: an installed plugin, and what its activation has changed.
 */
export interface PluginInstallationWire {
  name: string;
  version?: string;
  /** `sha256:…` of its files, which the lock file pins. */
  digest: string;
  plugins: readonly PluginChangeWire[];
}

/** A plan of a shadow that differs from that of the plugin which serves under its name. */
export interface ShadowDifferenceWire {
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

/** One entry of `GET /pouch/plugins/shadows`: a version that plans beside the one that serves. */
export interface ShadowReportWire {
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
  differences: readonly ShadowDifferenceWire[];
}

/** Response of `POST /pouch/plugins/{name}/promote` and `…/demote`. */
export interface PluginPromotionWire extends PluginSwitchWire {
  /** What is to change in pouchd.yaml, so that it says what serves. */
  advice: readonly string[];
}
