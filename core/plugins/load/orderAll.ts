import type { PouchError } from '../../../hooks/errors.ts';
import { orderTaps } from '../order/orderTaps.ts';
import type { PreparedTap } from '../tap.ts';
import { prepareTap } from '../tap.ts';
import type { PluginSlot } from './PluginSlot.ts';

export type TapsByHook = ReadonlyMap<string, readonly PreparedTap[]>;

/** The taps of every hook in their order, and the plugins whose wishes cannot be met, each with its error. */
interface Ordered {
  readonly taps: TapsByHook;
  readonly faults: ReadonlyMap<PluginSlot, PouchError>;
}

/**
 * @param slots in the order of the configuration
 * @param others plugins that taps may name beside these
 */
export function orderAll(slots: readonly PluginSlot[], others: readonly string[] = []): Ordered {
  const known = new Set([...slots.map(({ name }) => name), ...others]);
  const active = slots.filter((slot) => slot.active);
  const ordered = new Map<string, readonly PreparedTap[]>();
  const faults = new Map<PluginSlot, PouchError>();
  for (const [hook, taps] of byHook(active)) {
    const result = orderTaps(taps, known);
    if ('taps' in result) ordered.set(hook, result.taps);
    else
      for (const { plugin, error } of result.faults) {
        const slot = active.find(({ name }) => name === plugin);
        if (slot && !faults.has(slot)) faults.set(slot, error);
      }
  }
  return { taps: ordered, faults };
}

function byHook(slots: readonly PluginSlot[]): Map<string, PreparedTap[]> {
  const groups = new Map<string, PreparedTap[]>();
  for (const tap of slots.flatMap(prepareAll)) groups.set(tap.hook, [...(groups.get(tap.hook) ?? []), tap]);
  return groups;
}

function prepareAll({ name, wanted, contributions }: PluginSlot): PreparedTap[] {
  return (contributions?.taps ?? []).map((tap) => prepareTap(name, tap, wanted));
}
