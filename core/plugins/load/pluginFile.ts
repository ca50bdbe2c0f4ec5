import { messageOf, PouchError } from '../../../hooks/errors.ts';
import { FileSafety } from './FileSafety.ts';
import { pluginModules } from './pluginModules.ts';
import { within } from './within.ts';

/**
 * Loads a plugin file, TypeScript or JavaScript, from anywhere on the host: its default export. `pouch/hooks` is the
 * running program's own module, so that an error it throws is one of ours.
 * @throws PCH_PLUGIN_UNSAFE, PCH_PLUGIN_LOAD, PCH_DEADLINE
 */
export async function importPluginFile(path: string, timeoutMs: number): Promise<unknown> {
  const safety = new FileSafety(path);
  const file = safety.check(path);
  return within(timeoutMs, `loading ${path}`, async () => {
    const module = await importModule(file, path, safety);
    return typeof module === 'object' && module !== null ? defaultOf(module) : undefined;
  });
}

/** CommonJS has its exports in the place of a default. */
function defaultOf(module: object): unknown {
  return '__esModule' in module || 'default' in module ? (module as { default?: unknown }).default : module;
}

async function importModule(file: string, path: string, safety: FileSafety): Promise<unknown> {
  try {
    return await pluginModules((loaded) => void safety.check(loaded)).import(file);
  } catch (error) {
    if (error instanceof PouchError) throw error;
    throw new PouchError('PCH_PLUGIN_LOAD', `plugin file ${path} cannot be loaded: ${messageOf(error)}`, {
      hint: 'run it through a TypeScript compiler; imports must be relative, of `pouch/hooks`, or in a node_modules above it',
      cause: error,
    });
  }
}
