/** Writes docs/reference/errors.md from the table of error codes; with --check it reports a stale file. */
import { errorKinds } from '../hooks/errors.ts';
import { writeGenerated } from './lib/generated.ts';

const intro = `# Error codes

Generated from hooks/errors.ts by \`npm run docs\`.

Every error of Pouch has a code that does not change between versions, a message with what was expected and found, and usually
a hint for the fix. The command line prints all three; the API returns them as \`{"message", "code", "hint"}\` with the status in
this table. If a plugin caused the error, \`plugin\` and \`hook\` name it.
`;

const rows = Object.entries(errorKinds)
  .toSorted(([a], [b]) => a.localeCompare(b, 'en'))
  .map(([code, { status, doc }]) => `| \`${code}\` | ${status} | ${doc.replaceAll('|', '\\|')} |`);

const table = ['| Code | HTTP status | Meaning |', '| --- | --- | --- |', ...rows].join('\n');

await writeGenerated({ 'docs/reference/errors.md': `${intro}\n${table}\n` });
