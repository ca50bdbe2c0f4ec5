import type { Plan } from './plan.ts';

/** A field in which a plan differs from a recorded one. */
export interface PlanDifference {
  readonly field: string;
  /** Undefined: the plan does not have the field. */
  readonly recorded?: unknown;
  readonly replayed?: unknown;
  /** Who set it last in the new plan, or else in the recorded one: `core`, `request`, `image` or a plugin. */
  readonly plugin: string;
  readonly hook: string;
}

/** A one-shot script that took part in the recorded plan, and is not the same now. */
export interface ScriptChange {
  /** `script-10-limits` */
  readonly plugin: string;
  readonly path: string;
  /** `missing`: no file that can be read is at the path. */
  readonly change: 'changed' | 'missing';
}

/** A recorded container, planned again. */
export interface Replay {
  /** The new plan, without secrets. */
  readonly plan: Omit<Plan, 'plainSpec'>;
  /** Empty: the plan is as it was recorded. */
  readonly differences: readonly PlanDifference[];
  /** Empty: they are as they were. A replay runs no scripts: what they changed in the recorded plan are differences. */
  readonly scripts: readonly ScriptChange[];
}
