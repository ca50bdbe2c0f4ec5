import type { BlameEntry, Degradation } from '../../../hooks/plan.ts';
import { blameOf } from '../draft/blameOf.ts';
import { DraftTracker } from '../draft/DraftTracker.ts';
import { FieldOwners } from '../draft/FieldOwners.ts';
import type { PreparedTap } from '../tap.ts';
import type { CallScope } from './callTap.ts';
import { callTap } from './callTap.ts';
import type { HookRun } from './compileHook.ts';
import type { TapGuard } from './settleTap.ts';
import { settleTap } from './settleTap.ts';

export interface PlanScope extends CallScope {
  /** Who has set which field so far; shared by the hooks of one container, so that a conflict across them is seen. */
  readonly fieldOwners?: FieldOwners | undefined;
}

/** One waterfall over a draft: each tap's changes are taken over whole, with their blame, or not at all. */
export class PlanRun implements HookRun {
  readonly blame: BlameEntry[] = [];
  readonly degraded: Degradation[] = [];
  readonly #tracker: DraftTracker;
  readonly #scope: PlanScope;
  readonly #guardOf: (tap: PreparedTap) => TapGuard;

  constructor(draft: object, scope: PlanScope, guardOf: (tap: PreparedTap) => TapGuard) {
    this.#tracker = new DraftTracker(draft, scope.fieldOwners ?? new FieldOwners());
    this.#scope = scope;
    this.#guardOf = guardOf;
  }

  get result(): object {
    return this.#tracker.good;
  }

  async step(tap: PreparedTap): Promise<void> {
    const settled = await settleTap(tap, this.#scope, this.#guardOf(tap), async (scope) => {
      const changes = await this.#tracker.attempt(tap, (draft) => callTap(tap, draft, scope));
      scope.notes.changes = changes;
      return changes;
    });
    if (settled.ok) this.blame.push(...blameOf(settled.value, tap, settled.ms));
    else if (settled.degraded) this.degraded.push(settled.degraded);
  }

  /** At the end of the hook: a later write is not noticed, and changes nothing either. */
  reportLateWriters(): void {
    for (const { tap, field } of this.#tracker.lateWriters())
      this.#scope.log.warn('a tap wrote to its draft after its end: the write is ignored', {
        plugin: tap.plugin,
        hook: tap.hook,
        field,
      });
  }
}
