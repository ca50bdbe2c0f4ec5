import { PouchError } from '../../../hooks/errors.ts';
import { orderAll, type TapsByHook } from '../load/orderAll.ts';
import type { PluginSlot } from '../load/PluginSlot.ts';
import type { PluginVersion } from '../load/PluginVersion.ts';
import { type Breaker, CircuitBreaker, defaultBreaker } from '../run/CircuitBreaker.ts';
import type { PreparedTap } from '../tap.ts';
import { Comparison } from './Comparison.ts';

interface Surroundings {
  readonly name: string;
  /** What serves under its name, if anything does. */
  readonly serving: PluginSlot | undefined;
  /** The same file in the generation before. */
  readonly previous: Shadow | undefined;
  /** Names of the other plugins. */
  readonly known: readonly string[];
}

/** A version of a plugin that only plans. */
export class Shadow {
  readonly slot: PluginSlot;
  readonly name: string;
  /** The version that serves under its name, if one does. */
  readonly twin: PluginVersion | undefined;
  /** Where that comes from: `built-in` or its file. */
  readonly serving: string | undefined;
  readonly comparison: Comparison;
  readonly breaker: Breaker;
  readonly #taps: TapsByHook;
  readonly #end = new AbortController();

  constructor(slot: PluginSlot, { name, serving, previous, known }: Surroundings) {
    this.slot = slot;
    this.name = name;
    this.twin = serving?.version;
    this.serving = serving?.wanted.source;
    // A fault of its order quarantines it.
    const { taps, faults } = orderAll([slot], known);
    for (const error of faults.values()) slot.fail(error);
    this.#taps = slot.active ? taps : new Map();
    const isSame = previous !== undefined && continues(this, previous);
    this.comparison = isSame ? previous.comparison : new Comparison();
    this.breaker = isSame ? previous.breaker : new CircuitBreaker(defaultBreaker, () => performance.now());
  }

  /** Aborts when its generation ends. */
  get ended(): AbortSignal {
    return this.#end.signal;
  }

  /** Its taps of a plan hook, in their order. Those whose calls leave something behind are not made twice. */
  tapsOf(hook: string): readonly PreparedTap[] {
    return (this.#taps.get(hook) ?? []).filter(({ kind, stateful }) => kind === 'plan' && !stateful);
  }

  /** With its generation: what it plans now is not compared. */
  end(): void {
    this.#end.abort(new PouchError('PCH_CANCELLED', 'the shadow was unloaded'));
  }
}

/** Whether both versions are those that were compared before. */
function continues(next: Shadow, previous: Shadow): boolean {
  const isSame = (now: PluginVersion | undefined, before: PluginVersion | undefined) =>
    now === before || (now !== undefined && before !== undefined && now.isSameAs(before));
  return isSame(next.slot.version, previous.slot.version) && isSame(next.twin, previous.twin);
}
