/** The plugins of `pluginPath`, which pouchd starts, watches and ends. */
import { type Logger, type PluginContext, PouchError, toPouchError } from '../../../hooks/index.ts';
import type { Options } from '../options.ts';
import type { NriPlugins } from '../session/NriPlugins.ts';
import { findPlugins } from './findPlugins.ts';
import { readConfig } from './readConfig.ts';
import { sidecarOf } from './sidecarOf.ts';

interface Launch {
  readonly plugins: NriPlugins;
  readonly options: Options;
  readonly sidecar: PluginContext['sidecar'];
  readonly log: Logger;
}

/**
 * Declares a sidecar for each, which has a connection at its descriptor 3. Returns their names.
 * @throws PCH_PLUGIN_OPTIONS
 */
export function launchPlugins({ plugins, options, sidecar, log }: Launch): string[] {
  const { pluginPath, pluginConfigPath, mostPlugins } = options;
  if (pluginPath === undefined) return [];
  const found = findPlugins(pluginPath, log);
  if (found.length > mostPlugins) throw tooMany(pluginPath, found.length, mostPlugins);
  for (const plugin of found) {
    const { name } = plugin;
    const launched = sidecarOf(plugin, options.plugins[name] ?? {}, (socket) => {
      try {
        plugins.connect({ socket, name, config: readConfig(pluginConfigPath, plugin) });
      } catch (error) {
        const { code, message, hint } = toPouchError(error);
        log.error('an NRI plugin is not configured', {
          nri: name,
          code,
          error: message,
          ...(hint && { hint }),
        });
        socket.destroy();
      }
    });
    sidecar(launched);
  }
  return found.map(({ name }) => name);
}

function tooMany(directory: string, found: number, most: number): PouchError {
  return new PouchError('PCH_PLUGIN_OPTIONS', `pluginPath: ${directory} has ${found} NRI plugins`, {
    hint: `\`mostPlugins\` allows ${most}: raise it, or remove some`,
  });
}
