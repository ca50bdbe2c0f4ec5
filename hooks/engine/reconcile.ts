import type { Degradation } from '../plan.ts';
import type { CompleteOptions } from '../profile.ts';

/** A field that a container's new plan changes. */
export interface PlanChange {
  field: string;
  /** Secrets are masked. */
  from?: unknown;
  to?: unknown;
  /** Who sets it in the new plan, and in which hook. */
  plugin?: string;
  hook?: string;
  /** `FILE:LINE` of the plugin's entry, or of the setting of pouchd.yaml. */
  origin?: string;
  /** `now`: also while it runs. `start`: while it is stopped. `recreate`: in a new container only. */
  applies: 'now' | 'start' | 'recreate';
}

/** Options of `reconcile`. */
export interface ReconcileOptions extends CompleteOptions {
  /** Changes nothing. */
  dryRun?: boolean;
  /** Also a container that lacks no plugin: to what the plugins and pouchd.yaml add to it now. */
  always?: boolean;
  /** Stops a container that runs and starts it again, if a change needs it. */
  restart?: boolean;
}

/** A container that is planned again. */
export interface Reconciliation {
  container: string;
  name: string;
  /**
   * `sound`: it lacks nothing. `missing`: the plugins are still missing, so nothing has changed. `planned`: a dry run.
   * `applied`: it is as planned. `partly`: the rest needs it stopped.
   */
  outcome: 'sound' | 'missing' | 'planned' | 'applied' | 'partly';
  /** What the new plan changes. */
  changes: readonly PlanChange[];
  /** What the container lacks now; in a dry run, what it would lack. */
  degraded: readonly Degradation[];
  restarted: boolean;
}
