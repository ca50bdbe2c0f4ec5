import { createRequire, isBuiltin } from 'node:module';
import { dirname, extname, join } from 'node:path';
import type { Jiti, JitiOptions } from 'jiti';
import * as hooks from '../../../hooks/index.ts';
import { type Compile, compileModule } from './compileModule.ts';
import { nativeImport } from './nativeImport.ts';

/** What jiti takes from Node. */
interface Natives {
  onError(error: unknown): never;
  nativeImport(id: string): Promise<unknown>;
  createRequire(path: string): NodeJS.Require;
}
type CreateJiti = (id: string, options: JitiOptions, natives: Natives) => Jiti;

/** Packages that jiti leaves to Node; each is one file. */
const leftToNode = /node_modules\/(typescript|jiti)\//;

/**
 * A loader of the modules of one plugin, which calls `check` with the path of each before it runs. By itself, jiti
 * leaves ES modules and CommonJS to Node, with all that they import; here it loads each module itself, so none is
 * missed. Only `createRequire` of `node:module`, called by a plugin, is past it.
 *
 * Without the cache of modules, so that a reload sees what was edited, and without the cache on disk, which would lie
 * in a directory where others can put code. A daemon without plugin files does not load jiti, a twentieth of its start.
 *
 * @param options.byBabel compiles each module by Babel, for what imports a module with `await` at its top level
 */
export function pluginModules(check: (path: string) => void, { byBabel = false } = {}): Jiti {
  const require = createRequire(import.meta.url);
  // Its entry does not take natives.
  const dist = join(dirname(require.resolve('jiti/package.json')), 'dist');
  const createJiti = require(join(dist, 'jiti.cjs')) as CreateJiti;
  const babel: Compile = (given) => (require(join(dist, 'babel.cjs')) as Compile)(given);
  const options: JitiOptions = {
    fsCache: false,
    moduleCache: false,
    interopDefault: false,
    virtualModules: { 'pouch/hooks': hooks },
    transform(given) {
      if (given.filename !== undefined) check(given.filename);
      return byBabel ? babel(given) : compileModule(given, babel);
    },
  };
  return createJiti(import.meta.url, options, {
    onError: (error) => {
      throw error;
    },
    nativeImport: async (id) => {
      if (!mayImport(id, check)) throw new Error(`${id} is loaded by jiti`);
      return await nativeImport(id);
    },
    createRequire: (path) => checkedRequire(createRequire(path), check),
  });
}

/** jiti compiles and runs what it cannot import. */
function mayImport(id: string, check: (path: string) => void): boolean {
  if (isBuiltin(id) || id.startsWith('data:')) return true;
  if (!leftToNode.test(id)) return false;
  check(id);
  return true;
}

/** jiti requires built-in modules, data and native code with it; it compiles and runs what fails. */
function checkedRequire(require: NodeJS.Require, check: (path: string) => void): NodeJS.Require {
  const checked = (id: string): unknown => {
    if (isBuiltin(id)) return require(id) as unknown;
    const isData = ['.json', '.node'].includes(extname(id));
    if (!isData && !leftToNode.test(id)) throw new Error(`${id} is loaded by jiti`);
    check(id);
    return require(id) as unknown;
  };
  return Object.assign(checked, require);
}
