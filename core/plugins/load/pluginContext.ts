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
    effect: (kind) => contributions.addEffectKind(kind as unknown as EffectKind),
    runtime: (provider) => contributions.addRuntime(provider),
    profile: (profile) => contributions.addProfile(profile),
    surface: (surface) => contributions.addSurface(surface),
    onDispose: (run) => contributions.addDisposer(run),
  };
}
