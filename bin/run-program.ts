/** Starts a CommonJS program of dist/bin with the code cache beside it, which halves the time to load pouchd. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readCache } from './code-cache/cacheFile.ts';
import { compile, run } from './code-cache/program.ts';

/** Returns the exports of a program. @param name of a file in this directory */
export function runProgram(name: string): object {
  const path = fileURLToPath(new URL(name, import.meta.url));
  const source = readFileSync(path);
  return run(path, compile(path, source, readCache(path, source)));
}
