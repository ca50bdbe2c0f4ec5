/** Writes docs/reference/cli.md from the command tree; with --check it reports a stale file. */
import { cliReference } from './cliReference.ts';
import { writeGenerated } from './lib/generated.ts';

await writeGenerated({ 'docs/reference/cli.md': await cliReference() });
