/**
 * `write-code-cache PROGRAM [ARGUMENT…]` runs a program and writes its code cache, with the functions that ran. Run it
 * with the program's flags of Node: V8 rejects a cache of other flags.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cacheOf, sealed } from './code-cache/cacheFile.ts';
import { compile, run } from './code-cache/program.ts';

const [node = '', , program = '', ...args] = process.argv;
const source = readFileSync(program);
const script = compile(program, source);
process.argv = [node, program, ...args];
process.on('exit', () => {
  const temporary = `${cacheOf(program)}.${process.pid}`;
  writeFileSync(temporary, sealed(source, script.createCachedData()));
  renameSync(temporary, cacheOf(program));
});
run(program, script);
