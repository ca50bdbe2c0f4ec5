/**
 * Writes docs/reference/cli.md from the command tree. With `--check` it writes nothing and fails if the file is not up to date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cliReference } from './cliReference.ts';

const path = join(import.meta.dirname, '../docs/reference/cli.md');
const reference = await cliReference();

if (!process.argv.includes('--check')) {
  writeFileSync(path, reference);
} else if (readIfThere(path) !== reference) {
  process.stderr.write(
    'docs/reference/cli.md is not up to date: run `node --import tsx scripts/generateCliDocs.ts`\n',
  );
  process.exitCode = 1;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
