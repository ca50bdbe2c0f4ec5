import 'reflect-metadata';
import { ContainerModule } from 'inversify';
import type { EffectKind } from '../../../hooks/effects.ts';
import type { Logger } from '../../../hooks/defineHook.ts';
import type { FileAccess } from '../../../hooks/files.ts';
import type { HostFacts, Plugin, PluginContext } from '../../../hooks/definePlugin.ts';
import { Contributions } from './Contributions.ts';
import { tappableHooks } from './tappableHooks.ts';
import { tokens } from './tokens.ts';

/** A plugin as an inversify module: what its setup is given, and where its contributions go. */
export function pluginModule(plugin: Plugin, options: unknown, log: Logger): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(tokens.plugin).toConstantValue(plugin);
    bind(tokens.options).toConstantValue(options);
    bind(tokens.log).toConstantValue(log);
    bind(tokens.contributions)
      .toResolvedValue(() => new Contributions(plugin.name))
      .inSingletonScope();
    bind(tokens.context)
      .toResolvedValue(makeContext, [
        tokens.plugin,
        tokens.contributions,
        tokens.options,
        tokens.log,
        tokens.host,
        tokens.files,
      ])
      .inSingletonScope();
  });
}

function makeContext(
  plugin: Plugin,
  contributions: Contributions,
  options: unknown,
  log: Logger,
  host: HostFacts,
  files: FileAccess,
): PluginContext {
  return {
    hooks: tappableHooks({
      plugin: plugin.name,
      declared: plugin.hooks,
      taps: contributions.taps,
      addTap: (tap) => contributions.addTap(tap),
    }),
    options,
    log,
    host,
    files,
    effect: (kind) => contributions.addEffectKind(kind as unknown as EffectKind),
    runtime: (provider) => contributions.addRuntime(provider),
    surface: (surface) => contributions.addSurface(surface),
    onDispose: (run) => contributions.addDisposer(run),
  };
}
