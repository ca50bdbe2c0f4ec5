import type { PluginStatus } from '../../../hooks/engine.ts';
import type { PluginChange } from '../../../hooks/engine/plugins.ts';
import type { Generation } from '../generation.ts';
import type { Shadow } from '../shadow/Shadow.ts';

/** Runs work while nothing else changes the plugins; `load` loads them with the present configuration. */
export type ChangePlugins = <T>(
  work: (load: () => Promise<{ readonly plugins: readonly PluginChange[] }>) => Promise<T>,
) => Promise<T>;

type Loaded = Pick<Generation, 'plugins' | 'versions' | 'shadows'>;

/** What a load has changed, in the order of the configuration; removed plugins come after the others, shadows last. */
export function changesBetween(before: Loaded, after: Loaded): PluginChange[] {
  const known = new Map(before.plugins.map((plugin) => [plugin.name, plugin]));
  const names = new Set(after.plugins.map(({ name }) => name));
  const removed = before.plugins.filter(({ name, state }) => !names.has(name) && state !== 'disabled');
  return [
    ...after.plugins.flatMap((plugin) => changeOf(plugin, known.get(plugin.name), before, after) ?? []),
    ...removed.map(({ name }): PluginChange => ({ name, change: 'removed' })),
    ...shadowChanges(before.shadows, after.shadows),
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

function shadowChanges(before: readonly Shadow[], after: readonly Shadow[]): PluginChange[] {
  const twinOf = (shadow: Shadow, others: readonly Shadow[]) =>
    others.find(({ slot }) => slot.wanted.source === shadow.slot.wanted.source);
  const removed = before.filter((shadow) => !twinOf(shadow, after));
  return [
    ...after.flatMap((shadow): PluginChange[] => {
      const change = shadowChange(shadow, twinOf(shadow, before));
      return change ? [{ name: shadow.name, isShadow: true, ...change }] : [];
    }),
    ...removed.map(({ name }): PluginChange => ({ name, isShadow: true, change: 'removed' })),
  ];
}

function shadowChange(
  { slot }: Shadow,
  previous: Shadow | undefined,
): Omit<PluginChange, 'name'> | undefined {
  if (slot.error) return { change: 'quarantined', reason: slot.error.message };
  const [old, now] = [previous?.slot.version, slot.version];
  if (!old || !now || previous?.slot.error) return { change: 'added' };
  return now === old || now.isSameAs(old) ? undefined : { change: 'updated' };
}
