/** Writes docs/reference/errors.md from the table of error codes. With --check it writes nothing and fails when it is stale. */
import { argv, exit, stderr } from 'node:process';
import { errorKinds } from '../hooks/errors.ts';
import { writeGenerated } from './lib/generated.ts';

const intro = `# Error codes

Generated from hooks/errors.ts by \`npm run docs\`.

Every error of Pouch has a code that stays the same between versions, a message that says what was expected and what was
found, and mostly a hint that says what to do. The command line prints all three; the API answers them as
\`{"message", "code", "hint"}\` with the status of this table. Where a plugin is at fault, \`plugin\` and \`hook\` name it.
`;

const rows = Object.entries(errorKinds)
  .toSorted(([a], [b]) => a.localeCompare(b, 'en'))
  .map(([code, { status, doc }]) => `| \`${code}\` | ${status} | ${doc.replaceAll('|', '\\|')} |`);

const table = ['| Code | HTTP status | What happened |', '| --- | --- | --- |', ...rows].join('\n');

const stale = await writeGenerated(
  { 'docs/reference/errors.md': `${intro}\n${table}\n` },
  argv.includes('--check'),
);
if (stale.length > 0) {
  stderr.write(`${stale.join(' and ')}: stale; run npm run docs\n`);
  exit(1);
}
