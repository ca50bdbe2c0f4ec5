import { execFileSync } from 'node:child_process';

/**
 * Before the lines of a script: `await hold()` opens files until none can be opened, `free()` closes them. Threads of
 * Node close files of the modules they have loaded a moment later, which are taken as well.
 */
const prelude = `
import { closeSync, openSync } from 'node:fs';
const held = [];
const openAll = () => { try { for (;;) held.push(openSync('/dev/null')); } catch {} };
const hold = async () => {
  for (let since = performance.now(); performance.now() - since < 50; await new Promise(setImmediate)) {
    const before = held.length;
    openAll();
    if (held.length > before) since = performance.now();
  }
};
const free = () => held.splice(0).forEach((file) => closeSync(file));
`;

/** Runs a TypeScript module in a process that may open 200 files; returns the JSON that it prints. */
export function runWithFewDescriptors(script: string): unknown {
  const run = `ulimit -n 200; exec "$0" --import tsx --input-type=module -e "$1"`;
  const args = ['-c', run, process.execPath, prelude + script];
  return JSON.parse(execFileSync('sh', args, { encoding: 'utf8' }));
}
