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

/** A recorded container, planned again. */
export interface Replay {
  /** The new plan, without secrets. */
  readonly plan: Omit<Plan, 'plainSpec'>;
  /** Empty: the plan is as it was recorded. */
  readonly differences: readonly PlanDifference[];
}
