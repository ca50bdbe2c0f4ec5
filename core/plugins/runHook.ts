import type { HookPoint, Logger } from '../../hooks/defineHook.ts';
import { PouchError } from '../../hooks/errors.ts';
import type { BlameEntry, Degradation } from '../../hooks/plan.ts';
import type { Clock } from '../../hooks/services.ts';
import { frozenCopy } from './draft/frozenCopy.ts';
import { ApplyRun } from './run/ApplyRun.ts';
import { prepareValidation } from './draft/validate.ts';
import type { BailScope } from './run/BailRun.ts';
import { BailRun } from './run/BailRun.ts';
import type { BreakerSettings } from './run/CircuitBreaker.ts';
import { alwaysClosed, CircuitBreaker, defaultBreaker } from './run/CircuitBreaker.ts';
import type { CallScope } from './run/callTap.ts';
import type { CompiledHook } from './run/compileHook.ts';
import { compileHook } from './run/compileHook.ts';
import { ObserveRun } from './run/ObserveRun.ts';
import type { PlanScope } from './run/PlanRun.ts';
import { PlanRun } from './run/PlanRun.ts';
import { FieldOwners } from './draft/FieldOwners.ts';
import { PlanWatch } from './shadow/PlanWatch.ts';
import type { Shadow } from './shadow/Shadow.ts';
import type { ShadowQueue } from './shadow/ShadowQueue.ts';
import { TapFigures } from './run/TapFigures.ts';
import type { TapGuard, TapTrace } from './run/settleTap.ts';
import { isOptional } from './run/settleTap.ts';
import type { RunningOperation } from './Operations.ts';
import { keyOf, pluginOf, type PreparedTap } from './tap.ts';

export interface PlanOutcome<I> {
  /** The draft that was given is untouched; without any tap it is this one. */
  draft: I;
  blame: BlameEntry[];
  degraded: Degradation[];
}

/**
 * The one choke point through which every tap of one generation is called: attribution, deadline, failure policy,
 * circuit breaker, trace and blame. Every error that comes out has `plugin` and `hook`, except the end of the
 * operation itself (PCH_CANCELLED, or the signal's reason if that is a PouchError) and PCH_TOO_MANY_FILES.
 */
export interface HookRunner {
  /** Whether a tap of the point would be called: for an input that is not made for nothing. */
  isTapped(point: { readonly name: string }): boolean;
  /** A waterfall over a draft. */
  plan<I extends object>(point: HookPoint<I>, draft: I, run: PlanScope): Promise<PlanOutcome<I>>;
  /** The first result, or undefined. */
  bail<I, A>(
    point: HookPoint<I, A>,
    input: I,
    run: BailScope,
  ): Promise<{ result: A; plugin: string } | undefined>;
  /** One after another; returns the taps that failed under `degrade`. */
  apply<I>(point: HookPoint<I>, input: I, run: CallScope): Promise<Degradation[]>;
  /** Side by side, in the background; failures are logged. */
  observe<I>(point: HookPoint<I>, input: I, run: ObserveScope): void;
  /** A runner that calls no tap of these plugins. */
  without(plugins: ReadonlySet<string>): HookRunner;
  /** When every observer that was called so far has ended; their deadlines bound the wait. */
  observersSettled(): Promise<void>;
}

export interface ObserveScope {
  readonly log: Logger;
  /** Called when every tap has ended, with those that failed under `degrade`. */
  readonly onEnd?: ((degraded: Degradation[]) => void) | undefined;
}

/** A configured plugin that is not loaded and that containers may need. */
export interface MissingPlugin {
  readonly plugin: string;
  readonly error: string;
  /** No container is made without it. */
  readonly essential: boolean;
}

export interface RunnerOptions {
  readonly missing?: readonly MissingPlugin[] | undefined;
  readonly onTrace?: ((trace: TapTrace) => void) | undefined;
  readonly breaker?: BreakerSettings | undefined;
  /** The circuit breakers of a plugin, by hook and tap; new ones are added. */
  readonly breakersOf: (plugin: string) => Map<string, CircuitBreaker>;
  /** The same for figures. */
  readonly figuresOf: (plugin: string) => Map<string, TapFigures>;
  readonly clock: Clock;
  /** Versions that only plan, and what has them plan. */
  readonly shadows?: { readonly all: readonly Shadow[]; readonly queue: ShadowQueue } | undefined;
  /** The operation that a call belongs to. */
  readonly operation?: (() => RunningOperation | undefined) | undefined;
}

/** The hook at which a container is created: here a missing plugin is reported. */
const creation = 'container.preCreate';

/** @param taps of each hook point, by its name, in their final order */
export function createRunner(
  taps: ReadonlyMap<string, readonly PreparedTap[]>,
  options: RunnerOptions,
): HookRunner {
  return new Runner(taps, options);
}

class Runner implements HookRunner {
  readonly #taps: ReadonlyMap<string, readonly PreparedTap[]>;
  readonly #options: RunnerOptions;
  readonly #hooks: ReadonlyMap<string, CompiledHook>;
  readonly #guards: ReadonlyMap<PreparedTap, TapGuard>;
  readonly #missing: readonly MissingPlugin[];
  readonly #operation: () => RunningOperation | undefined;
  readonly #observing = new Set<Promise<unknown>>();

  constructor(taps: ReadonlyMap<string, readonly PreparedTap[]>, options: RunnerOptions) {
    this.#taps = taps;
    this.#options = options;
    this.#hooks = compileAll(taps);
    this.#guards = guardAll([...taps.values()].flat(), options);
    this.#missing = options.missing ?? [];
    this.#operation = options.operation ?? (() => undefined);
    prepareValidation([...taps.values()].flat());
  }

  isTapped({ name }: { readonly name: string }): boolean {
    return this.#hooks.has(name);
  }

  async plan<I extends object>(point: HookPoint<I>, draft: I, run: PlanScope): Promise<PlanOutcome<I>> {
    const missing = point.name === creation ? this.#requireAll() : [];
    const hook = this.#hooks.get(point.name);
    const watch = this.#watchFor(point.name);
    const fieldOwners = run.fieldOwners ?? new FieldOwners();
    if (!hook) {
      watch?.completed(draft, fieldOwners);
      watch?.end();
      return { draft, blame: [], degraded: missing };
    }
    const waterfall = new PlanRun(draft, this.#within({ ...run, fieldOwners, watch }), this.#guardOf);
    try {
      await hook.run(draft, waterfall);
      watch?.completed(waterfall.result, fieldOwners);
    } finally {
      watch?.end();
    }
    waterfall.reportLateWriters();
    const { blame, degraded } = waterfall;
    return { draft: waterfall.result as I, blame, degraded: [...missing, ...degraded] };
  }

  #watchFor(hook: string): PlanWatch | undefined {
    const { all = [], queue } = this.#options.shadows ?? {};
    const shadows = all.filter((shadow) => shadow.tapsOf(hook).length > 0);
    return queue && shadows.length > 0 ? new PlanWatch(hook, shadows, queue) : undefined;
  }

  async bail<I, A>(point: HookPoint<I, A>, input: I, run: BailScope) {
    const hook = this.#hooks.get(point.name);
    if (!hook) return undefined;
    const question = new BailRun(this.#within(run), this.#guardOf);
    await hook.run(frozenCopy(input), question);
    return question.result as { result: A; plugin: string } | undefined;
  }

  async apply<I>(point: HookPoint<I>, input: I, run: CallScope): Promise<Degradation[]> {
    const hook = this.#hooks.get(point.name);
    if (!hook) return [];
    const series = new ApplyRun(this.#within(run), this.#guardOf);
    await hook.run(frozenCopy(input), series);
    return series.degraded;
  }

  observe<I>(point: HookPoint<I>, input: I, { log, onEnd }: ObserveScope): void {
    const hook = this.#hooks.get(point.name);
    if (!hook) return;
    const watch = new ObserveRun({ log }, this.#guardOf);
    const done = hook.run(frozenCopy(input), watch).then(() => onEnd?.(watch.degraded));
    const noted = done.finally(() => this.#observing.delete(noted));
    this.#observing.add(noted);
  }

  without(plugins: ReadonlySet<string>): HookRunner {
    const left = [...this.#taps].map(
      ([name, taps]) => [name, taps.filter(({ plugin }) => !plugins.has(plugin))] as const,
    );
    const missing = this.#missing.filter(({ plugin }) => !plugins.has(plugin));
    return new Runner(new Map(left), { ...this.#options, missing, shadows: undefined });
  }

  async observersSettled(): Promise<void> {
    await Promise.allSettled(this.#observing);
  }

  /** The signal of the operation, unless the call has one of its own. */
  #within<Scope extends CallScope>(run: Scope): Scope {
    const operation = this.#operation();
    return operation ? { ...run, signal: run.signal ?? operation.signal, taps: operation.taps } : run;
  }

  #requireAll(): Degradation[] {
    const essential = this.#missing.find((plugin) => plugin.essential);
    if (essential) throw quarantined(essential);
    return this.#missing.map(({ plugin, error }) => ({
      plugin,
      hook: creation,
      message: `quarantined: ${error}`,
    }));
  }

  /** Parts of taps come and go. */
  readonly #guardOf = (tap: PreparedTap): TapGuard => this.#guards.get(tap) ?? newGuard(tap, this.#options);
}

function compileAll(taps: ReadonlyMap<string, readonly PreparedTap[]>): Map<string, CompiledHook> {
  const hooks = new Map<string, CompiledHook>();
  for (const [name, list] of taps) if (list[0]) hooks.set(name, compileHook(list[0].kind, name, list));
  return hooks;
}

function guardAll(taps: readonly PreparedTap[], options: RunnerOptions): Map<PreparedTap, TapGuard> {
  return new Map(taps.map((tap) => [tap, newGuard(tap, options)]));
}

function newGuard(tap: PreparedTap, options: RunnerOptions): TapGuard {
  const { onTrace: trace = () => {}, breaker: settings = defaultBreaker, clock } = options;
  const plugin = pluginOf(tap);
  const newBreaker = () => new CircuitBreaker(settings, () => clock.monotonic());
  const breaker =
    isOptional(tap.onError) && !tap.alwaysCalled
      ? entryOf(options.breakersOf(plugin), keyOf(tap), newBreaker)
      : alwaysClosed;
  const figures = entryOf(options.figuresOf(plugin), keyOf(tap), () => new TapFigures());
  return { trace, breaker, figures };
}

function entryOf<T>(map: Map<string, T>, key: string, make: () => T): T {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

function quarantined({ plugin, error }: MissingPlugin): PouchError {
  const message = `no container is made without plugin ${plugin} (onError: fail), and it is quarantined: ${error}`;
  return new PouchError('PCH_PLUGIN_QUARANTINED', message, {
    hint: 'fix the plugin and reload pouchd, or set `enabled: false` or another onError for it in pouchd.yaml',
    plugin,
    hook: creation,
  });
}
