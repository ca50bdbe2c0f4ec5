import type { MissingPlugin } from '../runHook.ts';
import type { PluginSlot } from './PluginSlot.ts';

/**
 * The quarantined plugins that a container may need. What such a plugin would have tapped is unknown, unless its
 * manifest lists its `hooks`. The configuration decides what its absence means: `skip` nothing, `fail` (or `retry`,
 * which ends in failing) that no container is made, else that containers are marked as degraded. Without a word of it,
 * no container is made without a `required` plugin.
 */
export function missingPlugins(slots: readonly PluginSlot[]): MissingPlugin[] {
  return slots.flatMap((slot) => {
    const onError = slot.wanted.onError ?? (isRequired(slot) ? 'fail' : undefined);
    if (!slot.isQuarantined || onError === 'skip' || !mayTapContainers(slot)) return [];
    const essential = onError === 'fail' || typeof onError === 'object';
    return [{ plugin: slot.name, error: slot.error?.message ?? '', essential }];
  });
}

function isRequired({ version, wanted }: PluginSlot): boolean {
  return version?.plugin.required ?? wanted.builtIn?.required ?? false;
}

function mayTapContainers({ version, wanted }: PluginSlot): boolean {
  const hooks = version?.plugin.hooks ?? wanted.builtIn?.hooks;
  return hooks?.some((name) => name.startsWith('container.')) ?? true;
}
