import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes the code cache of the bundled daemon, with the flags of Node in bin/pouchd. Returns its path. */
export function cacheDaemon(root: string): string {
  const program = join(root, 'dist/bin/pouchd.cjs');
  const [firstLine = ''] = readFileSync(join(root, 'bin/pouchd'), 'utf8').split('\n');
  const flags = firstLine.match(/--[\w-]+=\d+/g) ?? [];
  const writer = join(root, 'dist/bin/write-code-cache.js');
  const run = [writer, program, '--print-config'];
  execFileSync(process.execPath, [...flags, ...run], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 60_000,
  });
  return `${program}.cache`;
}
