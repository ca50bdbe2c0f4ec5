import { didYouMean } from '../../../config/suggest.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { PreparedTap } from '../tap.ts';
import { labelOf, parseReference } from '../tap.ts';

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

/** Turns the `before` and `after` names of all taps of one hook into edges between taps; checks `overrides` too. */
export function resolveReferences(taps: readonly PreparedTap[], known: ReadonlySet<string>) {
  const edges: Edge[] = [];
  const faults: OrderFault[] = [];
  for (const tap of taps) {
    for (const [relation, name] of referencesOf(tap)) {
      const found = resolve(tap, relation, name, taps, known);
      if (found instanceof PouchError) faults.push({ plugin: tap.plugin, error: found });
      else edges.push(...found.map((other) => edge(tap, relation, other)));
    }
    faults.push(...overrideFaults(tap, known).map((error) => ({ plugin: tap.plugin, error })));
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
  relation: Relation,
  name: string,
  taps: readonly PreparedTap[],
  known: ReadonlySet<string>,
): PreparedTap[] | PouchError {
  const { plugin, tapName, optional } = parseReference(name);
  const others = taps.filter((other) => other !== tap && other.plugin === plugin);
  const found = tapName === undefined ? others : others.filter((other) => other.name === tapName);
  if (found.length > 0 || optional) return found;
  const wish = `plugin ${tap.plugin} wants to run ${relation} ${name} in ${tap.hook}`;
  if (plugin === tap.plugin) return fault(tap, `${wish}, which is itself`, 'drop that wish');
  if (!known.has(plugin))
    return fault(tap, `${wish}, but no plugin is named ${plugin}`, hintFor(name, plugin, known));
  if (tapName === undefined || others.length === 0) return [];
  return fault(
    tap,
    `${wish}, but ${plugin} has no such tap there`,
    `it has ${others.map(labelOf).join(', ')}`,
  );
}

/** Fields belong to a plugin, not to one of its taps. */
function overrideFaults(tap: PreparedTap, known: ReadonlySet<string>): PouchError[] {
  return tap.overrides.flatMap((name) => {
    const { plugin, tapName, optional } = parseReference(name);
    const wish = `plugin ${tap.plugin} wants to override ${name} in ${tap.hook}`;
    if (tapName !== undefined)
      return [fault(tap, `${wish}, which is a tap; fields belong to plugins`, `write '${plugin}'`)];
    if (plugin === tap.plugin) return [fault(tap, `${wish}, which is itself`, 'drop that wish')];
    if (optional || name === '*' || known.has(plugin)) return [];
    return [fault(tap, `${wish}, but no plugin is named ${plugin}`, hintFor(name, plugin, known))];
  });
}

function hintFor(name: string, plugin: string, known: ReadonlySet<string>): string {
  return didYouMean(plugin, known) ?? `write '${name}?' if it may be missing`;
}

function fault({ plugin, hook }: PreparedTap, message: string, hint: string): PouchError {
  return new PouchError('PCH_PLUGIN_ORDER', message, { hint, plugin, hook });
}
