import type { DegradationWire } from './pouch.ts';

/** A field that a container's new plan changes. */
export interface PlanChangeWire {
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

/** Response of `POST /pouch/containers/{name}/reconcile?dryRun=&restart=&always=`. */
export interface ReconciliationWire {
  container: string;
  name: string;
  /**
   * `sound`: it lacks nothing. `missing`: the plugins are still missing, so nothing has changed. `planned`: a dry run.
   * `applied`: it is as planned. `partly`: the rest needs it stopped.
   */
  outcome: 'sound' | 'missing' | 'planned' | 'applied' | 'partly';
  /** What the new plan changes. */
  changes: readonly PlanChangeWire[];
  /** What the container lacks now; in a dry run, what it would lack. */
  degraded: readonly DegradationWire[];
  restarted: boolean;
}
