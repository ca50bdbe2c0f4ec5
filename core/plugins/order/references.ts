import { didYouMean } from '../../../config/suggest.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { PreparedTap } from '../tap.ts';
import { labelOf } from '../tap.ts';

/** A fault in the order that a plugin asks for; the plugin is the one to be left out. */
export interface OrderFault {
  readonly plugin: string;
  readonly error: PouchError;
}

/** `from` runs before `to`; `by` has asked for it. */
export interface Edge {
  readonly from: PreparedTap;
  readonly to: PreparedTap;
  readonly by: PreparedTap;
}

/** Turns the `before` and `after` names of all taps of one hook into edges between taps. */
export function resolveReferences(taps: readonly PreparedTap[], known: ReadonlySet<string>) {
  const edges: Edge[] = [];
  const faults: OrderFault[] = [];
  for (const tap of taps) {
    for (const [relation, name] of referencesOf(tap)) {
      const found = resolve(tap, name, taps, known);
      if (found instanceof PouchError) faults.push({ plugin: tap.plugin, error: found });
      else edges.push(...found.map((other) => edge(tap, relation, other)));
    }
  }
  return { edges, faults };
}

type Relation = 'before' | 'after';

function referencesOf(tap: PreparedTap): [Relation, string][] {
  return [
    ...tap.before.map((name): [Relation, string] => ['before', name]),
    ...tap.after.map((name): [Relation, string] => ['after', name]),
  ];
}

function edge(tap: PreparedTap, relation: Relation, other: PreparedTap): Edge {
  return relation === 'before' ? { from: tap, to: other, by: tap } : { from: other, to: tap, by: tap };
}

/** A plugin that is known but has no tap here (or is disabled or quarantined) leaves nothing to order. */
function resolve(
  tap: PreparedTap,
  name: string,
  taps: readonly PreparedTap[],
  known: ReadonlySet<string>,
): PreparedTap[] | PouchError {
  const { plugin, tapName, optional } = parse(name);
  const others = taps.filter((other) => other !== tap && other.plugin === plugin);
  const found = tapName === undefined ? others : others.filter((other) => other.name === tapName);
  if (found.length > 0 || optional) return found;
  if (plugin === tap.plugin) return unknown(tap, name, taps, known, 'itself');
  if (!known.has(plugin) || (tapName !== undefined && others.length > 0))
    return unknown(tap, name, taps, known);
  return [];
}

/** `plugin`, `plugin:tap`, either with a trailing `?`. */
function parse(name: string): { plugin: string; tapName: string | undefined; optional: boolean } {
  const optional = name.endsWith('?');
  const [plugin = '', tapName] = (optional ? name.slice(0, -1) : name).split(':');
  return { plugin, tapName, optional };
}

function unknown(
  tap: PreparedTap,
  name: string,
  taps: readonly PreparedTap[],
  known: ReadonlySet<string>,
  problem = 'which does not exist',
): PouchError {
  const near = didYouMean(name, [...known, ...taps.map(labelOf)]);
  return new PouchError(
    'PCH_PLUGIN_ORDER',
    `plugin ${tap.plugin} wants an order relative to ${name} in ${tap.hook}, ${problem}`,
    { hint: near ?? `write '${name}?' if it may be missing`, plugin: tap.plugin, hook: tap.hook },
  );
}
