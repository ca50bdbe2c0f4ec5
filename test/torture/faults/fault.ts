import type { ErrorCode } from '../../../hooks/errors.ts';
import type { SeededRandom } from '../../support/seededRandom.ts';
import type { Lab } from '../lab/Lab.ts';
import type { Model } from '../model/Model.ts';
import type { Violation } from '../oracles/violation.ts';

/** Where a fault strikes. */
export interface Scene {
  lab: Lab;
  model: Model;
  random: SeededRandom;
  /** Begins the names of what the fault makes. */
  name: string;
  /** For what only the fault itself can see. */
  report(violation: Violation): void;
}

/** Something that goes wrong in the middle of a round. */
export interface Fault {
  name: string;
  /** Codes of the errors that it causes in calls of clients. */
  codes: readonly ErrorCode[];
  /** Resolves when it is over and everything can work again. */
  strike(scene: Scene): Promise<void>;
}
