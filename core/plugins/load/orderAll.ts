import type { PouchError } from '../../../hooks/errors.ts';
import { orderTaps } from '../order/orderTaps.ts';
import type { PreparedTap } from '../tap.ts';
import { prepareTap } from '../tap.ts';
import type { PluginSlot } from './PluginSlot.ts';

export type TapsByHook = ReadonlyMap<string, readonly PreparedTap[]>;

/**
 * Orders the taps of every hook. A plugin whose wishes cannot be met is reported and left out, and the rest is
 * ordered again.
 * @param slots every plugin, in the order of the configuration
 */
export function orderAll(
  slots: readonly PluginSlot[],
  quarantine: (slot: PluginSlot, error: PouchError) => void,
): TapsByHook {
  const known = new Set(slots.map(({ name }) => name));
  for (;;) {
    const active = slots.filter((slot) => slot.active);
    const ordered = new Map<string, readonly PreparedTap[]>();
    const faulty = new Map<string, PouchError>();
    for (const [hook, taps] of byHook(active)) {
      const result = orderTaps(taps, known);
      if ('taps' in result) ordered.set(hook, result.taps);
      else for (const { plugin, error } of result.faults) faulty.set(plugin, faulty.get(plugin) ?? error);
    }
    if (faulty.size === 0) return ordered;
    for (const slot of active) {
      const error = faulty.get(slot.name);
      if (error) quarantine(slot, error);
    }
  }
}

function byHook(slots: readonly PluginSlot[]): Map<string, PreparedTap[]> {
  const groups = new Map<string, PreparedTap[]>();
  for (const tap of slots.flatMap(prepareAll)) groups.set(tap.hook, [...(groups.get(tap.hook) ?? []), tap]);
  return groups;
}

function prepareAll({ name, wanted, contributions }: PluginSlot): PreparedTap[] {
  return (contributions?.taps ?? []).map((tap) => prepareTap(name, tap, wanted));
}
