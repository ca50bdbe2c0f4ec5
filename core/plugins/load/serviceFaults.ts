import { PouchError } from '../../../hooks/errors.ts';
import type { Token } from '../../../hooks/token.ts';
import type { PluginSlot } from './PluginSlot.ts';
import { needsOf, providerOf, unmet, withoutProvider } from './requirements.ts';

/** Whether the engine, or a test, has bound a service. */
export type IsBound = (token: Token) => boolean;

/**
 * Returns the plugins that cannot have the services that they inject, each with its error, as far as declarations
 * show it.
 */
export function serviceFaults(slots: readonly PluginSlot[], isBound: IsBound): Map<PluginSlot, PouchError> {
  const faults = new Map<PluginSlot, PouchError>();
  for (const slot of slots.filter(isToBeSetUp)) {
    const error = unmetBy(slot, slots, isBound) ?? circleError(slot, slots, isBound);
    if (error) faults.set(slot, error);
  }
  return faults;
}

/** Returns the plugins that are set up with a service of a plugin that has failed since. */
export function orphans(active: readonly PluginSlot[]): Map<PluginSlot, PouchError> {
  const faults = new Map<PluginSlot, PouchError>();
  for (const slot of active) {
    const failed = slot.version?.providers.find(({ fault }) => fault !== undefined);
    if (failed) faults.set(slot, withoutProvider(slot.name, failed.plugin.name, failed.fault));
  }
  return faults;
}

/** The plugins of this load that a plugin of it must be set up after. */
export function providersFor(
  slot: PluginSlot,
  slots: readonly PluginSlot[],
  isBound: IsBound,
): readonly PluginSlot[] {
  if (!isToBeSetUp(slot) || !slot.version) return [];
  return needsOf(slot.version.plugin)
    .filter(({ token }) => !isBound(token))
    .flatMap((need) => providerOf(need, slots) ?? [])
    .filter(isToBeSetUp);
}

function isToBeSetUp({ active, version }: PluginSlot): boolean {
  return active && version !== undefined && !version.contributions;
}

function unmetBy(slot: PluginSlot, slots: readonly PluginSlot[], isBound: IsBound): PouchError | undefined {
  for (const need of needsOf(slot.version!.plugin)) {
    const error = unmet(slot.name, need, slots, isBound(need.token));
    if (error) return error;
  }
  return undefined;
}

function circleError(
  slot: PluginSlot,
  slots: readonly PluginSlot[],
  isBound: IsBound,
): PouchError | undefined {
  const circle = pathBack(slot, [slot], (one) => providersFor(one, slots, isBound));
  if (!circle) return undefined;
  const names = [...circle, slot].map(({ name }) => name).join(' → ');
  return new PouchError(
    'PCH_SERVICE_CIRCLE',
    `plugins inject services of each other, in a circle: ${names}`,
    {
      plugin: slot.name,
      hint: 'move what two of them need into a plugin of its own, which both inject',
    },
  );
}

/** The plugins from one back to itself, along what they inject. */
function pathBack(
  from: PluginSlot,
  path: readonly PluginSlot[],
  providers: (slot: PluginSlot) => readonly PluginSlot[],
  seen = new Set<PluginSlot>(),
): readonly PluginSlot[] | undefined {
  for (const next of providers(path.at(-1)!)) {
    if (next === from) return path;
    if (seen.has(next)) continue;
    seen.add(next);
    const found = pathBack(from, [...path, next], providers, seen);
    if (found) return found;
  }
  return undefined;
}
