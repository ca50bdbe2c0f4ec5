import type { ShadowDifference } from '../../../hooks/engine/plugins.ts';
import { TapFigures } from '../run/TapFigures.ts';

/** Differences that are kept; the log has each. */
const mostDifferences = 50;

/** What came of one plan of a shadow. */
export type ShadowOutcome =
  | { readonly kind: 'same' }
  | { readonly kind: 'differing' | 'failed'; readonly difference: ShadowDifference };

/** What the plans of a shadow were beside those of the plugin that serves, in memory of a fixed size. */
export class Comparison {
  /** RFC 3339. */
  readonly since = new Date().toISOString();
  same = 0;
  differing = 0;
  failed = 0;
  /** Plans that came faster than the shadow planned. */
  dropped = 0;
  /** Plans that it was spared after failures in a row. */
  leftOut = 0;
  readonly shadow = new TapFigures();
  readonly serving = new TapFigures();
  #differences: readonly ShadowDifference[] = [];

  get calls(): number {
    return this.same + this.differing + this.failed;
  }

  /** The last ones, the newest first. */
  get differences(): readonly ShadowDifference[] {
    return this.#differences;
  }

  note(outcome: ShadowOutcome): void {
    this[outcome.kind] += 1;
    if (outcome.kind === 'same') return;
    this.#differences = [outcome.difference, ...this.#differences].slice(0, mostDifferences);
  }
}
