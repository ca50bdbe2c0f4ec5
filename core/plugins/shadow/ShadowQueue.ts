import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ContainerDraft } from '../../../hooks/draft.ts';
import type { Logger } from '../../../hooks/defineHook.ts';
import type { ShadowDifference } from '../../../hooks/engine/plugins.ts';
import { messageOf, type PouchError } from '../../../hooks/errors.ts';
import type { BlameEntry } from '../../../hooks/plan.ts';
import { attribute } from '../attribute.ts';
import { blameOf } from '../draft/blameOf.ts';
import type { Change } from '../draft/diff.ts';
import { DraftTracker } from '../draft/DraftTracker.ts';
import type { FieldOwners } from '../draft/FieldOwners.ts';
import { callTap } from '../run/callTap.ts';
import { scopedLog } from '../run/scopedLog.ts';
import { TapNotes } from '../run/TapNotes.ts';
import { isFor, type PreparedTap } from '../tap.ts';
import type { ShadowOutcome } from './Comparison.ts';
import { differencesOf, type Planned } from './comparePlans.ts';
import { shownDifference } from './shownDifference.ts';
import type { Shadow } from './Shadow.ts';

/** One plan that a shadow is to make. */
export interface ShadowPlan {
  readonly shadow: Shadow;
  readonly hook: string;
  readonly taps: readonly PreparedTap[];
  readonly draft: object;
  readonly owners: FieldOwners;
  readonly serving: Planned;
  /** Milliseconds; undefined if no plugin serves under its name. */
  readonly servingMs: number | undefined;
  /** Runs the taps for the caller of the operation. */
  readonly run: <T>(work: () => T) => T;
}

export interface ShadowQueueOptions {
  readonly log: Logger;
  /** Masks secrets. */
  readonly secrets?: {
    blame(entries: readonly BlameEntry[], draft: Marked): BlameEntry[];
    text(text: string): string;
  };
}

type Marked = Pick<ContainerDraft, 'secrets'>;

/** Plans that wait, of all shadows: more are dropped. */
const mostWaiting = 32;

/**
 * Has shadows plan, one plan after the other and apart from every operation: none waits for it, and none fails by it.
 * Their taps run in processes of their own, which give way to all others.
 */
export class ShadowQueue {
  readonly #options: ShadowQueueOptions;
  readonly #waiting: ShadowPlan[] = [];
  readonly #outside = AsyncLocalStorage.snapshot() as <T>(run: () => T) => T;
  #working: Promise<void> | undefined;

  constructor(options: ShadowQueueOptions) {
    this.#options = options;
  }

  /** Whether a plan would be dropped, so that nothing is copied for it. Counts it. */
  refuses({ breaker, comparison }: Shadow): boolean {
    if (this.#isFull) comparison.dropped += 1;
    else if (breaker.wait() > 0) comparison.leftOut += 1;
    else return false;
    return true;
  }

  /** Operations that run at the same time may find the queue full at their ends. */
  add(plan: ShadowPlan): void {
    if (this.#isFull) {
      plan.shadow.comparison.dropped += 1;
      return;
    }
    this.#waiting.push(plan);
    this.#working ??= this.#outside(() => this.#work());
  }

  get #isFull(): boolean {
    return this.#waiting.length >= mostWaiting;
  }

  /** When no plan waits any more. */
  async idle(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    for (;;) {
      // The operation goes first.
      await nextTurn();
      const plan = this.#waiting.shift();
      if (!plan) break;
      await this.#make(plan).catch((error: unknown) =>
        this.#options.log.error('a plan of a shadow was not compared', {
          plugin: plan.shadow.name,
          error: messageOf(error),
        }),
      );
    }
    this.#working = undefined;
  }

  async #make(plan: ShadowPlan): Promise<void> {
    const { shadow, servingMs } = plan;
    if (shadow.ended.aborted) return;
    const started = performance.now();
    const planned = await this.#planned(plan);
    // What an unload has cut short says nothing.
    if (shadow.ended.aborted) return;
    const { comparison, breaker } = shadow;
    const error = 'error' in planned ? planned.error : undefined;
    comparison.shadow.add(performance.now() - started, error?.message);
    if (servingMs !== undefined) comparison.serving.add(servingMs, undefined);
    if (error) breaker.failed(error.message);
    else breaker.succeeded();
    const outcome = this.#outcome(plan, planned);
    comparison.note(outcome);
    this.#report(shadow, outcome);
  }

  async #planned({ shadow, taps, draft, owners, run }: ShadowPlan): Promise<Planned> {
    const tracker = new DraftTracker(draft, owners);
    const changes: Change[] = [];
    const { log } = this.#options;
    for (const tap of taps) {
      try {
        const scope = { log: scopedLog(log, { shadow: true }), signal: shadow.ended, notes: new TapNotes() };
        changes.push(
          ...(await run(() =>
            tracker.attempt(tap, async (own) =>
              isFor(tap, own) ? await callTap(tap, own, scope) : undefined,
            ),
          )),
        );
      } catch (error) {
        return { error: attribute(error, tap) };
      }
    }
    return { changes };
  }

  #outcome(plan: ShadowPlan, planned: Planned): ShadowOutcome {
    const error = errorIn(planned);
    const servingError = errorIn(plan.serving);
    if (error || servingError) {
      if (error?.code === servingError?.code) return { kind: 'same' };
      const kind = servingError ? 'differing' : 'failed';
      return { kind, difference: this.#difference(plan, [], { from: servingError, to: error }) };
    }
    const changes = differencesOf(plan.draft, changesIn(plan.serving), changesIn(planned));
    if (changes.length === 0) return { kind: 'same' };
    return { kind: 'differing', difference: this.#difference(plan, changes, {}) };
  }

  #difference(
    { draft, hook }: ShadowPlan,
    changes: readonly Change[],
    { from, to }: { from?: PouchError | undefined; to?: PouchError | undefined },
  ): ShadowDifference {
    const { secrets } = this.#options;
    const fields = blameOf(changes, { plugin: '', hook }, 0);
    const text = (error: PouchError | undefined) => error && (secrets?.text(error.message) ?? error.message);
    return shownDifference({
      hook,
      draft,
      changes: secrets?.blame(fields, draft) ?? fields,
      error: { from: text(from), to: text(to) },
    });
  }

  #report({ name }: Shadow, outcome: ShadowOutcome): void {
    if (outcome.kind === 'same') return;
    const { container, hook, fields, error } = outcome.difference;
    const { log } = this.#options;
    const scope = { plugin: name, shadow: true, container, hook };
    if (outcome.kind === 'failed') log.warn('the shadow failed to plan', { ...scope, error: error?.to });
    else
      log.info('the shadow plans differently', {
        ...scope,
        ...(error
          ? { serving: error.from, error: error.to }
          : { fields: fields.map(({ field }) => field).join(', ') }),
      });
  }
}

function changesIn(planned: Planned): readonly Change[] {
  return 'changes' in planned ? planned.changes : [];
}

function errorIn(planned: Planned): PouchError | undefined {
  return 'error' in planned ? planned.error : undefined;
}
