import type { Container } from 'inversify';
import type { Plugin, PluginContext } from '../../../hooks/definePlugin.ts';
import type { EffectKind } from '../../../hooks/effectKind.ts';
import { Files, Host, Log } from '../../../hooks/services.ts';
import { injected, serviceOf } from '../services.ts';
import type { Locate } from '../../../hooks/definePlugin.ts';
import type { Contributions } from './Contributions.ts';
import { tappableHooks } from './tappableHooks.ts';

/** What a plugin's setup is given: services of its container, and calls that go to its contributions. */
export function pluginContext(
  { name, hooks, inject = {} }: Plugin,
  { options, locate }: { options: unknown; locate: Locate },
  container: Container,
  contributions: Contributions,
): PluginContext {
  return {
    hooks: tappableHooks({
      plugin: name,
      declared: hooks,
      taps: contributions.taps,
      addTap: (tap) => contributions.addTap(tap),
    }),
    options,
    locate,
    services: injected(container, inject),
    provide: (provided) => contributions.provide(provided),
    log: serviceOf(container, Log),
    host: serviceOf(container, Host),
    files: serviceOf(container, Files),
    effect: (kind) => contributions.add('effect', kind as unknown as EffectKind),
    runtime: (provider) => contributions.add('runtime', provider),
    profile: (profile) => contributions.add('profile', profile),
    surface: (surface) => contributions.add('surface', surface),
    verb: (verb) => contributions.add('verb', verb),
    route: (route) => contributions.add('route', route),
    doctorCheck: (check) => contributions.add('doctorCheck', check),
    metric: (declaration) => contributions.declareMetric(declaration),
    onDispose: (run) => contributions.addDisposer(run),
  };
}
