import type { PluginEntry } from '../../../../../config/types.ts';
import type { LoadPluginsOptions } from '../../../../../core/plugins/index.ts';
import { loadPlugins } from '../../../../../core/plugins/index.ts';
import type { Plugin, PluginContext } from '../../../../../hooks/definePlugin.ts';
import { inProcessFiles } from '../../files/inProcessFiles.ts';
import { host } from './host.ts';
import { memoryLog } from './log.ts';

/** A plugin with a name and a setup. */
export function plugin(name: string, setup: (context: PluginContext) => void | Promise<void>): Plugin {
  return { name, setup };
}

/** An entry of the configuration for a built-in plugin or a file. */
export function entry(fields: Partial<PluginEntry>): PluginEntry {
  return { enabled: true, options: {}, ...fields };
}

/** Loads plugins as built-in ones; returns the generation and the log. */
export async function load(builtIns: Plugin[], options: Partial<LoadPluginsOptions> = {}) {
  const log = memoryLog();
  const files = inProcessFiles();
  const generation = await loadPlugins({ number: 1, builtIns, entries: [], host, files, log, ...options });
  return { generation, runner: generation.runner, log };
}

/** An error with what a user sees of it. */
export interface Seen {
  code?: string;
  message: string;
  hint?: string;
  plugin?: string;
  hook?: string;
}

/** The error that a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Seen> {
  return promise.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: Seen) => error,
  );
}
