import type { ServiceIdentifier } from 'inversify';
import type { HostFacts, Plugin, PluginContext } from '../../../hooks/definePlugin.ts';
import type { Logger } from '../../../hooks/defineHook.ts';
import type { Contributions } from './Contributions.ts';

/** The services of a plugin's container. `host` comes from a container above it. */
export const tokens = {
  host: Symbol('HostFacts') as ServiceIdentifier<HostFacts>,
  plugin: Symbol('Plugin') as ServiceIdentifier<Plugin>,
  options: Symbol('PluginOptions'),
  log: Symbol('PluginLog') as ServiceIdentifier<Logger>,
  contributions: Symbol('Contributions') as ServiceIdentifier<Contributions>,
  context: Symbol('PluginContext') as ServiceIdentifier<PluginContext>,
};
