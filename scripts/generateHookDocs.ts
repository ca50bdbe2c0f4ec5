/**
 * Writes docs/reference/hooks.md and hooks.schema.json from the hook catalogue; with --check it reports stale files.
 */
import { hooksJsonSchema } from './hook-docs/jsonSchema.ts';
import { hooksMarkdown } from './hook-docs/markdown.ts';
import { writeGenerated } from './lib/generated.ts';

await writeGenerated({
  'docs/reference/hooks.md': hooksMarkdown(),
  'docs/reference/hooks.schema.json': JSON.stringify(hooksJsonSchema()),
});
