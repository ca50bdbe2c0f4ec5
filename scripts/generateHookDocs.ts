/**
 * Writes docs/reference/hooks.md and docs/reference/hooks.schema.json from the hook catalogue. With --check it writes nothing and fails when
 * one of them is stale.
 */
import { argv, exit, stderr } from 'node:process';
import { hooksMarkdown } from './hook-docs/markdown.ts';
import { hooksJsonSchema } from './hook-docs/jsonSchema.ts';
import { writeGenerated } from './lib/generated.ts';

const outputs = {
  'docs/reference/hooks.md': hooksMarkdown(),
  'docs/reference/hooks.schema.json': JSON.stringify(hooksJsonSchema()),
};

const stale = await writeGenerated(outputs, argv.includes('--check'));
if (stale.length > 0) {
  stderr.write(`${stale.join(' and ')}: stale; run node --import tsx scripts/generateHookDocs.ts\n`);
  exit(1);
}
