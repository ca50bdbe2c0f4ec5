import { extname } from 'node:path';
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
  const check = (loaded: string) => void safety.check(loaded);
  return await importDefault(path, timeoutMs, () => pluginModules(check).import(file));
}

/** The text of a plugin file, and a file that only root writes, where it was kept. */
export interface KeptText {
  readonly code: string;
  readonly path: string;
  readonly keptIn: string;
}

/**
 * Loads a plugin from its text, as if it were still in its file. What it imports must be root's.
 * @throws PCH_PLUGIN_UNSAFE, PCH_PLUGIN_LOAD, PCH_DEADLINE
 */
export async function importPluginText(
  { code, path, keptIn }: KeptText,
  timeoutMs: number,
): Promise<unknown> {
  const safety = new FileSafety(keptIn);
  const check = (loaded: string) => {
    if (loaded !== path) safety.check(loaded);
  };
  const asFile = { filename: path, ext: extname(path), async: true };
  return await importDefault(path, timeoutMs, async () => pluginModules(check).evalModule(code, asFile));
}

async function importDefault(
  path: string,
  timeoutMs: number,
  load: () => Promise<unknown>,
): Promise<unknown> {
  return await within(timeoutMs, `loading ${path}`, async () => {
    const module = await importModule(path, load);
    return typeof module === 'object' && module !== null ? defaultOf(module) : undefined;
  });
}

/** CommonJS has its exports in the place of a default. */
function defaultOf(module: object): unknown {
  return '__esModule' in module || 'default' in module ? (module as { default?: unknown }).default : module;
}

async function importModule(path: string, load: () => Promise<unknown>): Promise<unknown> {
  try {
    return await load();
  } catch (error) {
    if (error instanceof PouchError) throw error;
    throw new PouchError('PCH_PLUGIN_LOAD', `plugin file ${path} cannot be loaded: ${messageOf(error)}`, {
      hint: 'run it through a TypeScript compiler; imports must be relative, of `pouch/hooks`, or in a node_modules above it',
      cause: error,
    });
  }
}
