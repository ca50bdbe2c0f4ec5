import { PouchError } from '../../../hooks/errors.ts';
import type { BlameEntry, Degradation } from '../../../hooks/plan.ts';
import { blameOf } from '../draft/blameOf.ts';
import { DraftTracker } from '../draft/DraftTracker.ts';
import { FieldOwners } from '../draft/FieldOwners.ts';
import { isFor, type PreparedTap } from '../tap.ts';
import type { CallScope } from './callTap.ts';
import { callTap } from './callTap.ts';
import type { HookRun } from './compileHook.ts';
import type { PlanWatch } from '../shadow/PlanWatch.ts';
import type { TapGuard } from './settleTap.ts';
import { settleTap } from './settleTap.ts';

export interface PlanScope extends CallScope {
  /** Who has set which field so far; shared by the hooks of one container, so that a conflict across them is seen. */
  readonly fieldOwners?: FieldOwners | undefined;
  /** The plan is only shown: it is made without taps that leave something behind. */
  readonly isShown?: boolean | undefined;
  /** For shadows of plugins. */
  readonly watch?: PlanWatch | undefined;
}

function leftOut({ plugin, hook }: PreparedTap): Degradation {
  return { plugin, hook, message: 'not asked, as this plan is only shown; a create asks it' };
}

/** One waterfall over a draft: each tap's changes are taken over whole, with their blame, or not at all. */
export class PlanRun implements HookRun {
  readonly blame: BlameEntry[] = [];
  readonly degraded: Degradation[] = [];
  readonly #tracker: DraftTracker;
  readonly #owners: FieldOwners;
  readonly #scope: PlanScope;
  readonly #guardOf: (tap: PreparedTap) => TapGuard;

  constructor(draft: object, scope: PlanScope, guardOf: (tap: PreparedTap) => TapGuard) {
    this.#owners = scope.fieldOwners ?? new FieldOwners();
    this.#tracker = new DraftTracker(draft, this.#owners);
    this.#scope = scope;
    this.#guardOf = guardOf;
  }

  get result(): object {
    return this.#tracker.good;
  }

  async step(tap: PreparedTap): Promise<void> {
    if (tap.stateful && this.#scope.isShown) return void this.degraded.push(leftOut(tap));
    const { watch } = this.#scope;
    watch?.before(tap, this.#tracker.good, this.#owners);
    if (!isFor(tap, this.#tracker.good)) return watch?.settled(tap, { ok: true, value: [], ms: 0 });
    const settled = await settleTap(tap, this.#scope, this.#guardOf(tap), async (scope) => {
      const changes = await this.#tracker
        .attempt(tap, (draft) => callTap(tap, draft, scope))
        .catch((error: unknown) => {
          throw this.#withAuthor(error, tap);
        });
      scope.notes.changes = changes;
      return changes;
    }).catch((error: unknown) => {
      watch?.failed(tap, error);
      throw error;
    });
    watch?.settled(tap, settled);
    if (settled.ok) this.blame.push(...blameOf(settled.value, tap, settled.ms));
    else if (settled.degraded) this.degraded.push(settled.degraded);
  }

  /** A tap may refuse what another plugin has set: the error names both. */
  #withAuthor(error: unknown, { plugin }: PreparedTap): unknown {
    if (!(error instanceof PouchError) || error.field === undefined) return error;
    const author = this.#owners.of([error.field]).findLast((owner) => owner !== plugin);
    if (author === undefined) return error;
    const { code, message, hint, field } = error;
    return new PouchError(code, `${message}; plugin ${author} has set ${field}`, {
      hint,
      field,
      cause: error,
    });
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
