import * as hooks from '../../../hooks/index.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import { checkFileSafety } from './fileSafety.ts';
import { within } from './within.ts';

/**
 * Loads a plugin file, TypeScript or JavaScript, from anywhere on the host: its default export. `pouch/hooks` is the
 * running program's own module, so that an error it throws is one of ours.
 * @throws PCH_PLUGIN_UNSAFE, PCH_PLUGIN_LOAD, PCH_DEADLINE
 */
export async function importPluginFile(path: string, timeoutMs: number): Promise<unknown> {
  const file = checkFileSafety(path);
  return within(timeoutMs, `loading ${path}`, async () => {
    const module = await importModule(file, path);
    return typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
  });
}

async function importModule(file: string, path: string): Promise<unknown> {
  try {
    const jiti = await loader();
    return await jiti.import(file);
  } catch (error) {
    if (error instanceof PouchError) throw error;
    throw new PouchError('PCH_PLUGIN_LOAD', `plugin file ${path} cannot be loaded: ${messageOf(error)}`, {
      hint: 'run it through a TypeScript compiler; imports must be relative, of `pouch/hooks`, or in a node_modules above it',
      cause: error,
    });
  }
}

/**
 * A loader of its own for each file, without the cache of modules: a reload sees what was edited. And without the cache
 * on disk, which would lie in a directory where others can put code (the first file takes 150 ms, others 20). A daemon
 * without plugin files does not load jiti, a twentieth of its start.
 */
async function loader() {
  const { createJiti } = await import('jiti');
  return createJiti(import.meta.url, {
    fsCache: false,
    moduleCache: false,
    interopDefault: false,
    virtualModules: { 'pouch/hooks': hooks },
  });
}
