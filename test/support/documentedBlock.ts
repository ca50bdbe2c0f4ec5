import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const project = resolve(import.meta.dirname, '../..');

/** The code block of a docs page that contains a text. */
export function documentedBlock(page: string, containing: string): string {
  const text = readFileSync(join(project, 'docs', page), 'utf8');
  const blocks = [...text.matchAll(/^```\w+\n(.*?)^```$/gms)].map(([, block]) => block ?? '');
  const found = blocks.find((block) => block.includes(containing));
  if (found === undefined) throw new Error(`docs/${page} has no block with "${containing}"`);
  return found;
}
