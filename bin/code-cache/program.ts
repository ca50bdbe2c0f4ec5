import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

/** Parameters of Node's wrapper around a CommonJS module. */
const parameters = 'exports, require, module, __filename, __dirname';

type Wrapper = (
  exports: object,
  require: NodeJS.Require,
  module: { exports: object },
  filename: string,
  directory: string,
) => void;

/**
 * Compiles a CommonJS program, with V8's code cache if it fits. The source is ASCII, as esbuild writes it, and without
 * `import()`: in a script with a cache of another process, Node 20 does not find its callback.
 */
export function compile(path: string, source: Buffer, cachedData?: Buffer): Script {
  return new Script(`(function (${parameters}) {${source.toString('latin1')}\n})`, {
    filename: path,
    ...(cachedData && { cachedData }),
  });
}

/** Runs a compiled program as Node runs a CommonJS module. Returns its exports. */
export function run(path: string, script: Script): object {
  const module = { exports: {} };
  const wrapper = script.runInThisContext() as Wrapper;
  wrapper(module.exports, createRequire(path), module, path, dirname(path));
  return module.exports;
}
