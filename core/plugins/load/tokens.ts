import type { ServiceIdentifier } from 'inversify';
import type { HostFacts, Plugin, PluginContext } from '../../../hooks/definePlugin.ts';
import type { FileAccess } from '../../../hooks/files.ts';
import type { Logger } from '../../../hooks/defineHook.ts';
import type { Contributions } from './Contributions.ts';

/** The services of a plugin's container. `host` and `files` come from a container above it. */
export const tokens = {
  host: Symbol('HostFacts') as ServiceIdentifier<HostFacts>,
  files: Symbol('FileAccess') as ServiceIdentifier<FileAccess>,
  plugin: Symbol('Plugin') as ServiceIdentifier<Plugin>,
  options: Symbol('PluginOptions'),
  log: Symbol('PluginLog') as ServiceIdentifier<Logger>,
  contributions: Symbol('Contributions') as ServiceIdentifier<Contributions>,
  context: Symbol('PluginContext') as ServiceIdentifier<PluginContext>,
};
