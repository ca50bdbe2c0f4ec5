import { phases } from '../../../hooks/defineHook.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { PreparedTap } from '../tap.ts';
import { labelOf } from '../tap.ts';
import type { Edge, OrderFault } from './references.ts';
import { resolveReferences } from './references.ts';

export type Ordered = { taps: PreparedTap[] } | { faults: OrderFault[] };

/**
 * The final order of one hook's taps: by phase, within one by `before` and `after`, else as they come.
 * @param taps in the order of the configuration
 * @param known names of all plugins, also of those that are disabled or quarantined
 */
export function orderTaps(taps: readonly PreparedTap[], known: ReadonlySet<string>): Ordered {
  const { edges, faults } = resolveReferences(taps, known);
  faults.push(...edges.filter(againstPhases).map(phaseFault));
  if (faults.length > 0) return { faults };
  return sort(byPhase(taps), edges);
}

function phaseIndex(tap: PreparedTap): number {
  return phases.indexOf(tap.phase);
}

function byPhase(taps: readonly PreparedTap[]): PreparedTap[] {
  return phases.flatMap((phase) => taps.filter((tap) => tap.phase === phase));
}

function againstPhases({ from, to }: Edge): boolean {
  return phaseIndex(from) > phaseIndex(to);
}

/** Takes, again and again, the first tap that nothing left must precede. */
function sort(taps: readonly PreparedTap[], edges: readonly Edge[]): Ordered {
  const left = new Set(taps);
  const sorted: PreparedTap[] = [];
  while (left.size > 0) {
    const next = [...left].find((tap) => !edges.some(({ from, to }) => to === tap && left.has(from)));
    if (!next) return { faults: [circleFault(findCircle(left, edges), taps)] };
    left.delete(next);
    sorted.push(next);
  }
  return { taps: sorted };
}

/** Walks backwards from any tap that is left (each has a predecessor) until one comes again. */
function findCircle(left: ReadonlySet<PreparedTap>, edges: readonly Edge[]): Edge[] {
  const walked: Edge[] = [];
  let [tap] = left;
  for (;;) {
    const edge = edges.find(({ from, to }) => to === tap && left.has(from));
    if (!edge) throw new Error('a tap that cannot be sorted has a predecessor');
    const start = walked.findIndex(({ to }) => to === edge.to);
    if (start >= 0) return walked.slice(start);
    walked.push(edge);
    tap = edge.from;
  }
}

/** The plugin that comes last in the configuration is the one to be left out. */
function circleFault(circle: readonly Edge[], taps: readonly PreparedTap[]): OrderFault {
  const last = circle.map(({ by }) => by).reduce((a, b) => (taps.indexOf(a) > taps.indexOf(b) ? a : b));
  const steps = circle.map(
    ({ from, to, by }) => `${labelOf(from)} before ${labelOf(to)} (asked by ${by.plugin})`,
  );
  return fault(
    last,
    `the order in ${last.hook} goes in a circle: ${steps.join(', ')}`,
    'drop one of these wishes',
  );
}

function phaseFault({ from, to, by }: Edge): OrderFault {
  const message =
    `plugin ${by.plugin} wants ${labelOf(from)} (phase ${from.phase}) to run before ${labelOf(to)} ` +
    `(phase ${to.phase}) in ${by.hook}`;
  return fault(by, message, `the phases are, in this order: ${phases.join(', ')}`);
}

function fault(tap: PreparedTap, message: string, hint: string): OrderFault {
  return {
    plugin: tap.plugin,
    error: new PouchError('PCH_PLUGIN_ORDER', message, { hint, plugin: tap.plugin, hook: tap.hook }),
  };
}
