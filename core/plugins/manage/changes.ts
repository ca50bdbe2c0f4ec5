import type { PluginStatus } from '../../../hooks/engine.ts';
import type { PluginChange } from '../../../hooks/engine/plugins.ts';
import type { Generation } from '../generation.ts';

type Loaded = Pick<Generation, 'plugins' | 'versions'>;

/** What a load has changed, in the order of the configuration; removed plugins come last. */
export function changesBetween(before: Loaded, after: Loaded): PluginChange[] {
  const known = new Map(before.plugins.map((plugin) => [plugin.name, plugin]));
  const names = new Set(after.plugins.map(({ name }) => name));
  const removed = before.plugins.filter(({ name, state }) => !names.has(name) && state !== 'disabled');
  return [
    ...after.plugins.flatMap((plugin) => changeOf(plugin, known.get(plugin.name), before, after) ?? []),
    ...removed.map(({ name }): PluginChange => ({ name, change: 'removed' })),
  ];
}

function changeOf(
  plugin: PluginStatus,
  previous: PluginStatus | undefined,
  before: Loaded,
  after: Loaded,
): PluginChange | undefined {
  const { name, state, error } = plugin;
  if (state === 'quarantined') return { name, change: 'quarantined', reason: error };
  if (state === 'disabled')
    return previous && previous.state !== 'disabled' ? { name, change: 'disabled' } : undefined;
  if (error !== undefined) return { name, change: 'kept', reason: error };
  if (previous?.state === 'disabled') return { name, change: 'enabled' };
  const old = before.versions.get(name);
  const now = after.versions.get(name);
  if (previous?.state !== 'active' || !old || !now) return { name, change: 'added' };
  return now === old || now.isSameAs(old) ? undefined : { name, change: 'updated' };
}
