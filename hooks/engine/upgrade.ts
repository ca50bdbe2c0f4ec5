import type { CompleteOptions } from '../profile.ts';
import type { PlanChange } from './reconcile.ts';
import type { HealthGate } from './record.ts';

/** Options of an upgrade. */
export interface UpgradeOptions extends CompleteOptions {
  /** Reference or id of an image that the host has. */
  image: string;
  /** Paths that come from the root file system before; `*` stands for any characters of a name, in the last part. */
  keep?: readonly string[];
  /** Changes nothing. */
  dryRun?: boolean;
  /** When it counts as healthy, and how long that may take. */
  health?: Partial<Pick<HealthGate, 'timeoutSeconds' | 'command'>>;
}

/** A container with another image, or what it would be. */
export interface Upgrade {
  container: string;
  name: string;
  /** `planned`: a dry run. */
  outcome: 'planned' | 'upgraded';
  from: { reference: string; id: string };
  to: { reference: string; id: string };
  /** What the new plan changes besides the image. */
  changes: readonly PlanChange[];
  /** Paths that came from the root file system before; in a dry run, those that would, as far as they exist. */
  kept: readonly string[];
  /** It was stopped for that, and runs again. */
  restarted: boolean;
}

/** A container that is what it was before its upgrade. */
export interface Rollback {
  container: string;
  name: string;
  from: { reference: string; id: string };
  to: { reference: string; id: string };
  restarted: boolean;
}
