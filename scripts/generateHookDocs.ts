/**
 * Writes docs/hooks.md and docs/hooks.schema.json from the hook catalogue. With --check it writes nothing and fails when
 * one of them is stale.
 */
import { argv, exit, stderr } from 'node:process';
import { hooksMarkdown } from './hook-docs/markdown.ts';
import { hooksJsonSchema } from './hook-docs/jsonSchema.ts';
import { writeGenerated } from './lib/generated.ts';

const outputs = {
  'docs/hooks.md': hooksMarkdown(),
  'docs/hooks.schema.json': JSON.stringify(hooksJsonSchema()),
};

const stale = await writeGenerated(outputs, argv.includes('--check'));
if (stale.length > 0) {
  stderr.write(`${stale.join(' and ')}: stale; run node --import tsx scripts/generateHookDocs.ts\n`);
  exit(1);
}
