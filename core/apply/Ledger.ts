/**
 * The effects ledger of one container: applies planned effects, journals each before it is done, and undoes them last
 * first. It can be rebuilt from the journal after a crash at any instruction.
 */
import type { EffectContext } from '../../hooks/effectKind.ts';
import type { Effect, EffectStage } from '../../hooks/effects.ts';
import { isNetworkEffect } from '../../hooks/draftKeys.ts';
import { hasNoFilesLeft, messageOf, PouchError } from '../../hooks/errors.ts';
import { needsFault } from '../contract/effectNeeds.ts';
import { type OwnedEffectKind, sentenceOf } from '../contract/ownedEffectKind.ts';
import { withDeadline } from '../wait/deadline.ts';
import { Slots } from '../wait/Slots.ts';
import { settleAll } from '../wait/settleAll.ts';
import { checkAttachment, lateEffect, notApplied, unknownKind } from './effectErrors.ts';
import { isDiskFull } from '../state/reserve.ts';
import type { Journal, JournalEntry, Verb } from './Journal.ts';

/** Finds the code of an effect kind; a kind that no plugin provides is undefined. */
export interface KindLookup {
  toApply(kind: string): OwnedEffectKind | undefined;
  /** Also finds kinds of a plugin that is gone. */
  toUndo(kind: string): OwnedEffectKind | undefined | Promise<OwnedEffectKind | undefined>;
}

/** `applied`: an effect is done or undone, and the journal does not say so yet. */
export type StepMoment = 'before' | 'applied' | 'after';

/** Called around each step; tests kill the daemon here. */
export type StepObserver = (moment: StepMoment, verb: string, step: string) => void;

/** Kind of the marks that `once` leaves: there is nothing to undo. */
const markKind = 'mark';

const standardDeadlineMs = 60_000;

/** Steps at the same time. A container with a thousand volumes must not hold up the daemon with as many at once. */
const stepsAtOnce = 64;

interface Applied {
  effect: Effect;
  /** Undefined until `apply` has resolved. */
  result: unknown;
  done: boolean;
}

/** An effect that is on the books by other evidence than the journal. */
export interface Reclaimed {
  effect: Effect;
  result?: unknown;
  /** Applied fully: it is not applied again, only undone. */
  done: boolean;
}

export interface LedgerOptions {
  container: string;
  journal: Journal;
  kinds: KindLookup;
  onStep?: StepObserver;
  /** Milliseconds one apply or undo may take. */
  stepDeadlineMs?: number;
}

export class Ledger {
  readonly #options: LedgerOptions;
  /** In the order of their intents: undo goes backwards through it. */
  readonly #applied = new Map<string, Applied>();
  readonly #steps = new Slots(stepsAtOnce);
  /** The verb that has begun and not committed. */
  #open: Verb | undefined;
  #damage: string | undefined;
  /** There was no journal, or an empty one. */
  isNew = true;
  /** The journal is of a later Pouch. */
  isNewer = false;

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** Rebuilds the ledger of a container from its journal. */
  static async restore(options: LedgerOptions): Promise<Ledger> {
    const ledger = new Ledger(options);
    const { entries, damage, isMissing, isNewer } = await options.journal.read();
    for (const entry of entries) ledger.#replay(entry);
    if (damage !== undefined) ledger.#damage = damage;
    ledger.isNew = isMissing;
    ledger.isNewer = isNewer;
    return ledger;
  }

  /** Why the journal does not say all that was done. */
  get damage(): string | undefined {
    return this.#damage;
  }

  /**
   * Puts effects on the books again that a damaged journal may have lost, and takes off those that are not the
   * container's. What was under way is not known.
   */
  async reclaim(effects: Record<string, Reclaimed>, foreign: readonly string[] = []): Promise<void> {
    for (const key of foreign) this.#applied.delete(key);
    for (const [key, { effect, result, done }] of Object.entries(effects))
      this.#applied.set(key, { effect, result: this.#applied.get(key)?.result ?? result, done });
    this.#open = undefined;
    this.#damage = undefined;
    await this.#options.journal.replace(this.#entries());
  }

  /**
   * Books effects that are applied under other keys, or with other arguments, in one step: the verb that is under way
   * stays.
   */
  async rebook(effects: Record<string, Effect>, dropped: readonly string[]): Promise<void> {
    const changed = Object.entries(effects).filter(
      ([key, effect]) => !this.has(key) || !isSame(this.#applied.get(key)!.effect, effect),
    );
    if (changed.length === 0 && !dropped.some((key) => this.#applied.has(key))) return;
    for (const [key, effect] of changed) this.#applied.set(key, { effect, result: undefined, done: true });
    for (const key of dropped) this.#applied.delete(key);
    const begin: JournalEntry[] = this.#open
      ? [{ event: 'begin', op: this.#open, time: new Date().toISOString() }]
      : [];
    this.#step('before', 'rebook');
    await this.#options.journal.rewrite([...this.#entries(), ...begin]);
    this.#step('after', 'rebook');
  }

  /** The verb that was under way when the journal ended; undefined if the last one was completed. */
  get interrupted(): Verb | undefined {
    return this.#open;
  }

  /** Whether an effect is applied (fully). */
  has(key: string): boolean {
    return this.#applied.get(key)?.done === true;
  }

  /** The effects that are applied, or may be, by key. */
  effects(): Record<string, Effect> {
    return Object.fromEntries([...this.#applied].map(([key, { effect }]) => [key, effect]));
  }

  /** Results of the applied effects by key. */
  results(): Record<string, unknown> {
    return Object.fromEntries([...this.#applied].map(([key, { result }]) => [key, result]));
  }

  /** Keys of a stage that are applied, or may be. */
  pending(stage: EffectStage): string[] {
    return [...this.#applied].filter(([, { effect }]) => effect.stage === stage).map(([key]) => key);
  }

  async begin(op: Verb): Promise<void> {
    this.#open = op;
    this.#step('before', 'begin');
    await this.#writing(ends(op), async (journal) => {
      await journal.compact(() => this.#entries());
      await journal.append([{ event: 'begin', op, time: new Date().toISOString() }], { durable: false });
    });
    this.#step('after', 'begin');
  }

  /** Not `durable`: after a crash of the host the verb may count as cut off. */
  async commit({ durable = true } = {}): Promise<void> {
    const op = this.#open;
    if (op === undefined) return;
    this.#step('before', 'commit');
    await this.#writing(ends(op), (journal) => journal.append([{ event: 'commit', op }], { durable }));
    this.#step('after', 'commit');
    this.#open = undefined;
  }

  /**
   * Applies effects that are not applied yet, each as soon as the effects that it needs are applied. When one fails,
   * the others are waited for and the error is thrown; the caller decides about the undo.
   */
  async apply(effects: Record<string, Effect>, signal: AbortSignal): Promise<void> {
    const fault = needsFault(effects, (key) => this.has(key));
    if (fault)
      throw new PouchError('PCH_PLAN_INVALID', fault.message, { container: this.#options.container });
    const running = new Map<string, Promise<void>>();
    const run = (key: string): Promise<void> => {
      const known = running.get(key);
      if (known) return known;
      const effect = effects[key];
      const started =
        effect && !this.has(key)
          ? Promise.all((effect.needs ?? []).map(run)).then(() =>
              this.#steps.run(() => this.#applyOne(key, effect, signal), signal),
            )
          : Promise.resolve();
      running.set(key, started);
      return started;
    };
    await settleAll(Object.keys(effects).map(run));
  }

  /**
   * Undoes a stage, last first: each effect when all that needed it are undone, side by side where none needs the
   * other. What depends on a failed undo stays; the first error is thrown at the end, and another call tries the
   * rest.
   */
  async undo(stage: EffectStage): Promise<void> {
    const keys = this.pending(stage).reverse();
    const dependents = this.#dependents(keys);
    const running = new Map<string, Promise<void>>();
    const run = (key: string): Promise<void> => {
      const known = running.get(key);
      if (known) return known;
      const started = Promise.all((dependents.get(key) ?? []).map(run)).then(() =>
        this.#steps.run(() => this.#undoOne(key)),
      );
      running.set(key, started);
      return started;
    };
    await settleAll(keys.map(run));
  }

  /** Undoes one effect; nothing if it is not on the books. */
  async revert(key: string): Promise<void> {
    await this.#undoOne(key);
  }

  /** Takes an effect off the books without undoing it: what it made stays. */
  async release(key: string): Promise<void> {
    if (!this.#applied.delete(key)) return;
    await this.#options.journal.append([{ event: 'undone', key }], { durable: true });
  }

  /**
   * Runs something once per life of a stage: not again after a crash, until `undo` of the stage takes the mark away.
   */
  async once(key: string, stage: EffectStage, run: () => Promise<void>): Promise<void> {
    if (this.has(key)) return;
    this.#step('before', key);
    await run();
    const effect: Effect = { kind: markKind, stage, args: {} };
    this.#applied.set(key, { effect, result: undefined, done: true });
    const entries: JournalEntry[] = [
      { event: 'intent', key, ...effect },
      { event: 'done', key },
    ];
    await this.#writing(ends(this.#open), (journal) => journal.append(entries, { durable: true }));
    this.#step('after', key);
  }

  close(): void {
    this.#options.journal.close();
  }

  /**
   * What must be undone before each key. A mark goes last: while anything else is left, its work is not to
   * be repeated.
   */
  #dependents(keys: readonly string[]): Map<string, string[]> {
    const others = keys.filter((key) => !this.#isMark(key));
    const dependents = new Map(keys.map((key) => [key, this.#isMark(key) ? others : []]));
    for (const key of others)
      for (const needed of this.#applied.get(key)?.effect.needs ?? [])
        if (!this.#isMark(needed)) dependents.get(needed)?.push(key);
    return dependents;
  }

  #isMark(key: string): boolean {
    return this.#applied.get(key)?.effect.kind === markKind;
  }

  /** The entries of a new journal with the applied effects. */
  #entries(): JournalEntry[] {
    return [...this.#applied].flatMap(([key, { effect, result, done }]): JournalEntry[] => {
      const intent: JournalEntry = { event: 'intent', key, ...effect };
      return done ? [intent, { event: 'done', key, result }] : [intent];
    });
  }

  async #applyOne(key: string, effect: Effect, signal: AbortSignal): Promise<void> {
    const kind = this.#options.kinds.toApply(effect.kind);
    if (!kind) throw this.#unknown(key, effect, 'applied');
    signal.throwIfAborted();
    this.#applied.set(key, { effect, result: undefined, done: false });
    this.#step('before', key);
    await this.#options.journal.append([{ event: 'intent', key, ...effect }], { durable: !kind.volatile });
    const result = await this.#bounded(
      key,
      kind,
      (context) => kind.apply(effect.args, context),
      signal,
    ).catch(async (error: unknown) => {
      throw await notApplied(key, effect, kind, error, this.#options.container);
    });
    if (isNetworkEffect(key)) checkAttachment(key, kind, result, this.#options.container);
    this.#step('applied', key);
    this.#applied.set(key, { effect, result, done: true });
    await this.#options.journal.append([{ event: 'done', key, result }], { durable: false });
    this.#step('after', key);
  }

  async #undoOne(key: string): Promise<void> {
    const applied = this.#applied.get(key);
    if (!applied) return;
    this.#step('before', `undo ${key}`);
    const { effect, result } = applied;
    if (effect.kind !== markKind) {
      const kind = await this.#kindToUndo(key, effect);
      await this.#bounded(key, kind, (context) => kind.undo(effect.args, result, context)).catch(
        async (error: unknown) => {
          throw await this.#undoFailed(key, effect, kind, error);
        },
      );
    }
    this.#step('applied', `undo ${key}`);
    this.#applied.delete(key);
    await this.#writing(true, (journal) => journal.append([{ event: 'undone', key }], { durable: false }));
    this.#step('after', `undo ${key}`);
  }

  /**
   * Writes to the journal. What ends a container is `dispensable` on a full disk: without the entry a later daemon
   * repeats an undo, which does no harm.
   */
  async #writing(dispensable: boolean, write: (journal: Journal) => Promise<void>): Promise<void> {
    try {
      await write(this.#options.journal);
    } catch (error) {
      if (!dispensable || !isDiskFull(error)) throw error;
    }
  }

  /** Runs one step under its deadline, which aborts the step's signal; a step that ignores it is left running. */
  async #bounded<T>(
    key: string,
    kind: OwnedEffectKind,
    run: (context: EffectContext) => Promise<T>,
    outer?: AbortSignal,
  ): Promise<T> {
    const { container } = this.#options;
    const deadlineMs = this.#options.stepDeadlineMs ?? kind.deadlineMs ?? standardDeadlineMs;
    const late = () => lateEffect(kind, deadlineMs, container);
    const resultOf = (other: string) => this.#applied.get(other)?.result;
    return await withDeadline({ ms: deadlineMs, late, signal: outer }, (signal) =>
      run({ container, key, signal, resultOf }),
    );
  }

  async #kindToUndo(key: string, effect: Effect): Promise<OwnedEffectKind> {
    const { kinds, container } = this.#options;
    try {
      const kind = await kinds.toUndo(effect.kind);
      if (kind) return kind;
    } catch (error) {
      if (hasNoFilesLeft(error) || !(error instanceof PouchError)) throw error;
      const { code, message, plugin, hint = 'repeat the call' } = error;
      throw new PouchError(code, `the effect ${key} was not undone: ${message}`, {
        container,
        cause: error,
        hint: `${hint}${this.#wayOut(key)}`,
        ...(plugin !== undefined && { plugin }),
      });
    }
    throw this.#unknown(key, effect, 'undone');
  }

  #unknown(key: string, { kind }: Effect, what: 'applied' | 'undone'): PouchError {
    const { message, hint } = unknownKind(key, kind, what);
    const { container } = this.#options;
    return new PouchError('PCH_EFFECT_UNKNOWN', message, { container, hint: `${hint}${this.#wayOut(key)}` });
  }

  /** The error of the undo of a plugin's effect, with what it leaves; an error of the core says it all. */
  async #undoFailed(key: string, { args }: Effect, kind: OwnedEffectKind, error: unknown): Promise<unknown> {
    const { plugin } = kind;
    if (plugin === undefined || hasNoFilesLeft(error)) return error;
    const known = error instanceof PouchError ? error : undefined;
    const message = `the effect ${key} (${await sentenceOf(kind, args)}) was not undone: ${messageOf(error)}`;
    const hint = known?.hint ?? `fix plugin ${plugin} and reload pouchd, then repeat the call`;
    return new PouchError(known?.code ?? 'PCH_PLUGIN_FAILED', message, {
      container: this.#options.container,
      plugin,
      cause: error,
      hint: `${hint}${this.#wayOut(key)}`,
    });
  }

  #wayOut(key: string): string {
    return `; or give it up: pouch effects drop ${this.#options.container.slice(0, 12)} ${key}`;
  }

  #step(moment: StepMoment, step: string): void {
    if (this.#open) this.#options.onStep?.(moment, this.#open, step);
  }

  #replay(entry: JournalEntry): void {
    if (entry.event === 'begin') this.#open = entry.op;
    if (entry.event === 'commit') this.#open = undefined;
    if (entry.event === 'undone') this.#applied.delete(entry.key);
    if (entry.event === 'intent') {
      const { event: _event, key, ...effect } = entry;
      this.#applied.set(key, { effect, result: undefined, done: false });
    }
    if (entry.event === 'done') {
      const applied = this.#applied.get(entry.key);
      if (applied) this.#applied.set(entry.key, { ...applied, result: entry.result, done: true });
      else this.#damage ??= `journal.jsonl: "${entry.key}" is done and was never begun`;
    }
  }
}

/** By their arguments: only those matter for the undo. */
function isSame(a: Effect, b: Effect): boolean {
  return a.kind === b.kind && JSON.stringify(a.args) === JSON.stringify(b.args);
}

/** Whether the verb takes away and makes nothing. */
function ends(verb: Verb | undefined): boolean {
  return verb === 'stop' || verb === 'remove';
}
