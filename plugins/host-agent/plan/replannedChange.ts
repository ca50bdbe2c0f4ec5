import type { AgentChange } from '../../../client/wire.ts';
import type { PlanChange } from '../../../hooks/index.ts';

/** Authors that are not plugins. */
const others: readonly string[] = ['core', 'request', 'image'];
const costs = { now: 'now', start: 'restart', recreate: 'recreate' } as const;

/** What a new plan changes, by its path in the draft: options have no word for what plugins add. */
export function replannedChange({ field, from, to, plugin, origin, applies }: PlanChange): AgentChange {
  const isOfPlugin = plugin !== undefined && !others.includes(plugin);
  return {
    Field: field,
    ...(from !== undefined && { From: from }),
    ...(to !== undefined && { To: to }),
    ...(isOfPlugin && { Plugin: plugin }),
    ...(origin !== undefined && { Origin: origin }),
    Applies: costs[applies],
  };
}
