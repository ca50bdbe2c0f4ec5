/**
 * Writes docs/reference/configuration.md and config/pouchd.schema.json from the schema of the configuration. With --check it writes
 * nothing and fails when one of them is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { argv, exit, stderr } from 'node:process';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { jsonSchema } from '../config/index.ts';
import { configMarkdown } from './configMarkdown.ts';

const project = fileURLToPath(new URL('..', import.meta.url));
const example = readFileSync(`${project}config/pouchd.example.yaml`, 'utf8');

const outputs = {
  [`${project}docs/reference/configuration.md`]: configMarkdown(example),
  [`${project}config/pouchd.schema.json`]: JSON.stringify(jsonSchema()),
};

const stale: string[] = [];
for (const [file, text] of Object.entries(outputs)) {
  const formatted = await format(text, { ...(await resolveConfig(file)), filepath: file });
  if (argv.includes('--check')) {
    if (read(file) !== formatted) stale.push(relative(project, file));
  } else writeFileSync(file, formatted);
}

if (stale.length > 0) {
  stderr.write(`${stale.join(' and ')}: stale; run node --import tsx scripts/generateConfigDocs.ts\n`);
  exit(1);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
