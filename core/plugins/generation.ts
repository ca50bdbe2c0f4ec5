import type { PluginGrants } from '../../config/types.ts';
import type { SidecarInPouchd } from '../../hooks/contributions/sidecar.ts';
import type { Surface } from '../../hooks/contributions/surface.ts';
import type { PluginStatus } from '../../hooks/engine.ts';
import type { PouchError } from '../../hooks/errors.ts';
import type { Script } from './scripts/findScripts.ts';
import type { Profile } from '../../hooks/profile.ts';
import type { OwnedRuntime } from '../contract/ownedRuntime.ts';
import type { OwnedEffectKind } from '../contract/ownedEffectKind.ts';
import type { Contributions } from './load/Contributions.ts';
import type { TapsByHook } from './load/orderAll.ts';
import type { ServingVersions } from './load/wanted.ts';
import type { ProcessEntry } from './process/describePlugin.ts';
import type { SidecarEntry } from './sidecars/sidecarRights.ts';
import type { Shadow } from './shadow/Shadow.ts';
import type { HookRunner, MissingPlugin } from './runHook.ts';

/** A surface, and the plugin that contributes it with these options. */
export interface OwnedSurface {
  readonly plugin: string;
  readonly options: unknown;
  readonly surface: Surface;
  /** Missing: `pluginTimeout`. */
  readonly startWithinMs?: number;
  readonly stopWithinMs?: number;
  /** It stands for a sidecar. */
  readonly isSidecar?: true;
}

/** A sidecar, the plugin that declares it, and what the plugin's entry says about it. */
export interface OwnedSidecar {
  readonly plugin: string;
  readonly sidecar: SidecarInPouchd;
  readonly entry: SidecarEntry;
  /** Of its plugin. */
  readonly options: unknown;
}

/** A profile, and the plugin that contributes it. */
export interface OwnedProfile {
  readonly plugin: string;
  readonly profile: Profile;
}

export interface OwnedContributions {
  readonly plugin: string;
  readonly contributed: Contributions;
}

/**
 * All plugins as they were loaded together, sealed: nothing in it changes any more. A reload makes another one beside
 * it.
 */
export interface Generation {
  /** 1, 2, … in the life of the daemon. */
  readonly number: number;
  readonly runner: HookRunner;
  /** In the order in which they are called. */
  readonly taps: TapsByHook;
  readonly effectKinds: ReadonlyMap<string, OwnedEffectKind>;
  /** What each confined plugin may do to the host, by its name. A plugin that is not in it may do what pouchd can. */
  readonly grants: ReadonlyMap<string, PluginGrants>;
  /** By name and by each alias. */
  readonly runtimes: ReadonlyMap<string, OwnedRuntime>;
  /** By name. */
  readonly profiles: ReadonlyMap<string, OwnedProfile>;
  /** One-shot scripts that are active. */
  readonly scripts: readonly Script[];
  readonly surfaces: readonly OwnedSurface[];
  readonly sidecars: readonly OwnedSidecar[];
  /** What each active plugin contributes, in the order of the configuration. */
  readonly contributions: readonly OwnedContributions[];
  /** Active plugins with effect kinds. */
  readonly undoers: readonly Undoer[];
  /** Every plugin, also disabled and quarantined ones, in the order of the configuration. */
  readonly plugins: readonly PluginStatus[];
  /** Versions that only plan. */
  readonly shadows: readonly Shadow[];
  /** Quarantined plugins without which containers are degraded or, if essential, not made. */
  readonly missing: readonly MissingPlugin[];
  /** What the next load falls back on. */
  readonly versions: ServingVersions;
  /**
   * The same generation after these plugins have failed, each by its name: of each the previous version serves, or
   * it is quarantined. This one stays as it is.
   */
  without(failures: ReadonlyMap<string, PouchError>): Generation;
  /** Waits for observers, then lets every plugin clean up. Once no operation uses it; never throws. */
  dispose(): Promise<void>;
}

/** A plugin that can undo effects, with what loads it again. */
export interface Undoer {
  readonly name: string;
  /** `built-in` or the file. */
  readonly source: string;
  /** Text of the file. */
  readonly code?: string;
  readonly options: unknown;
  /** Of a plugin with a process of its own, what its entry says about it. */
  readonly process?: Omit<ProcessEntry, 'path'>;
  readonly kinds: readonly string[];
}
