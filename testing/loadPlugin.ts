import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pluginAt } from '../core/plugins/index.ts';
import type { Plugin } from '../hooks/definePlugin.ts';

/** Milliseconds for its process to describe itself, or for a module to load. */
const timeoutMs = 10_000;

/**
 * Loads the plugin of a file, in any language, or of the folder of a package: for `createHarness`, `neighbours` and
 * `replay`. An executable runs as the user of the test and is not confined, so no grants apply; `dispose` of the
 * harness ends its process.
 *
 * @param path absolute, or relative to the current directory
 * @throws the reason if it does not load: PCH_PLUGIN_LOAD, PCH_PLUGIN_PROTOCOL, PCH_PLUGIN_PROCESS, PCH_DEADLINE
 */
export async function loadPlugin(path: string | URL): Promise<Plugin> {
  return await pluginAt(resolve(path instanceof URL ? fileURLToPath(path) : path), timeoutMs);
}
