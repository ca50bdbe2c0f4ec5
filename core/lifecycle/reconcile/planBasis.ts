/** What plans are made from, beside requests and images. */
import { createHash } from 'node:crypto';
import { ownSettings } from '../../plan/blame.ts';
import type { Generation } from '../../plugins/index.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { planHooks } from './planHooks.ts';

/** Contributions that have a part in plans. */
const planning = ['runtime', 'richMode', 'logDriver', 'networkDriver', 'volumeDriver'] as const;

/**
 * A digest of the plugins that have a part in plans (files and options), and of the settings of pouchd.yaml for every
 * container. The code of built-in plugins is left out: a newer pouchd must not restart containers.
 */
export function planBasis({ generations, plannerOptions }: EngineContext): string {
  const settings = ownSettings(plannerOptions.config(), plannerOptions.originOf);
  const basis = [settings, pluginsOf(generations.current)];
  return createHash('sha256').update(JSON.stringify(basis)).digest('hex');
}

function pluginsOf({ taps, contributions, versions }: Generation): unknown[] {
  const tapping = planHooks.flatMap((hook) => (taps.get(hook) ?? []).map(({ plugin }) => plugin));
  const contributing = contributions.flatMap(({ plugin, contributed }) =>
    planning.some((point) => contributed.namesOf(point).length > 0) ? [plugin] : [],
  );
  const names = new Set([...tapping, ...contributing]);
  return [...new Set(versions.values())]
    .filter(({ plugin }) => names.has(plugin.name))
    .map(({ plugin, code, options, files }) => [plugin.name, code, options, files]);
}
