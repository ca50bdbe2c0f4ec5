import type { PluginSlot } from '../load/PluginSlot.ts';
import { Shadow } from './Shadow.ts';
import type { ShadowQueue } from './ShadowQueue.ts';

/** Plugins that only plan, as a load has read them. */
export interface ShadowParts {
  readonly slots: readonly PluginSlot[];
  /** Of the generation before. */
  readonly previous: readonly Shadow[];
  readonly queue: ShadowQueue | undefined;
}

/** Each with what serves under its name. */
export function shadowsOf({ slots, previous }: ShadowParts, others: readonly PluginSlot[]): Shadow[] {
  const known = others.map(({ name }) => name);
  return slots.map((slot) => {
    const before = previous.find((one) => one.slot.wanted.source === slot.wanted.source);
    // A file that cannot be read has no name: it is the one that it had.
    const name = slot.version ? slot.name : (before?.name ?? slot.name);
    const serving = others.find((one) => one.active && one.name === name);
    return new Shadow(slot, { name, serving, previous: before, known });
  });
}
