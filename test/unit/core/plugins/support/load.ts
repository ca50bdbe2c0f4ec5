import type { PluginEntry } from '../../../../../config/types.ts';
import type { LoadPluginsOptions } from '../../../../../core/plugins/index.ts';
import { containerWith, loadPlugins } from '../../../../../core/plugins/index.ts';
import type { Plugin, PluginContext } from '../../../../../hooks/definePlugin.ts';
import type { Services } from '../../../../../hooks/services.ts';
import { systemClock } from '../../../../../core/systemClock.ts';
import { inProcessFiles } from '../../files/inProcessFiles.ts';
import { host } from './host.ts';
import { TestLog } from '../../../../../testing/TestLog.ts';

/** A plugin with a name and a setup. */
export function plugin(name: string, setup: (context: PluginContext) => void | Promise<void>): Plugin {
  return { name, setup };
}

/** An entry of the configuration for a built-in plugin or a file, which is loaded into this process. */
export function entry(fields: Partial<PluginEntry>): PluginEntry {
  return { enabled: true, options: {}, isolation: 'in-process', ...fields };
}

/** Loads plugins as built-in ones, with other services if given; returns the generation and the log. */
export async function load(
  builtIns: Plugin[],
  options: Partial<LoadPluginsOptions> = {},
  services: Partial<Services> = {},
) {
  const log = new TestLog();
  const container = containerWith({ clock: systemClock, files: inProcessFiles(), host, log, ...services });
  const generation = await loadPlugins({ number: 1, builtIns, entries: [], container, ...options });
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
