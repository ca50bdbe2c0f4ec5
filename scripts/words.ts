/**
 * `npm run check` runs it: names each line that has a habit of scripts/words/list.ts. Arguments limit it to these
 * paths.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { allowed, habits } from './words/list.ts';

const root = resolve(import.meta.dirname, '..');
const readable = /\.(ts|c|h|md|js|mjs|cjs|json|ya?ml|sh|service)$|^\.ci\/run$|^bin\//;
const skipped = /^(scripts\/words\/|package-lock\.json|LICENSE)/;

function found(path: string): string[] {
  return readFileSync(resolve(root, path), 'utf8')
    .split('\n')
    .flatMap((line, at) =>
      habitsIn(line).map(({ word, instead }) => `${path}:${at + 1}: "${word}": write ${instead}`),
    );
}

function habitsIn(line: string): { word: string; instead: string }[] {
  if (allowed.some((term) => term.test(line))) return [];
  return habits.flatMap(({ pattern, instead }) => {
    const [word] = pattern.exec(line) ?? [];
    return word === undefined ? [] : [{ word, instead }];
  });
}

const paths = execFileSync('git', ['ls-files', '-z', '--', ...process.argv.slice(2)], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((path) => readable.test(path) && !skipped.test(path));
const all = paths.flatMap(found);
for (const line of all) console.log(line);
console.log(`${all.length} in ${paths.length} files`);
process.exitCode = all.length === 0 ? 0 : 1;
