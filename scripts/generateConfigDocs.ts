/**
 * Writes docs/reference/configuration.md and config/pouchd.schema.json from the schema of the configuration; with
 * --check it reports stale files.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { configMarkdown } from './configMarkdown.ts';
import { fullSchema } from './declaredSchema.ts';
import { writeGenerated } from './lib/generated.ts';

const example = readFileSync(resolve(import.meta.dirname, '../config/pouchd.example.yaml'), 'utf8');

await writeGenerated({
  'docs/reference/configuration.md': configMarkdown(example),
  'config/pouchd.schema.json': JSON.stringify(fullSchema()),
});
