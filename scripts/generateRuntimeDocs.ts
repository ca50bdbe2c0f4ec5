/**
 * Writes the tables of docs/runtimes.md, what runtimes declare and how far they conform, between their markers. With --check it writes nothing and
 * fails when they are stale.
 */
import { readFileSync } from 'node:fs';
import { argv, exit, stderr } from 'node:process';
import { runtimeFeatures, type RuntimeFeature } from '../hooks/runtimeFeatures.ts';
import { writeGenerated } from './lib/generated.ts';
import { builtInRuntimes } from './runtime-docs/builtInRuntimes.ts';
import { conformanceTable } from './runtime-docs/conformanceTable.ts';
import { betweenMarkers } from './runtime-docs/markers.ts';

const path = 'docs/runtimes.md';
const text = readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

const stale = await writeGenerated(
  { [path]: betweenMarkers(text, { features: await featureTable(), conformance: conformanceTable() }) },
  argv.includes('--check'),
);
if (stale.length > 0) {
  stderr.write(`${stale.join(' and ')}: stale; run npm run docs\n`);
  exit(1);
}

/** What each runtime can do on a host that has all it needs; the reasons are numbered below. */
async function featureTable(): Promise<string> {
  const runtimes = await builtInRuntimes();
  const reasons: string[] = [];
  const numberOf = (reason: string) => {
    if (!reasons.includes(reason)) reasons.push(reason);
    return reasons.indexOf(reason) + 1;
  };
  const cell = (capability: true | string) => (capability === true ? 'yes' : `no (${numberOf(capability)})`);
  const rows = (Object.entries(runtimeFeatures) as [RuntimeFeature, string][]).map(
    ([feature, doc]) =>
      `| \`${feature}\` | ${doc} | ${runtimes.map(({ capabilities }) => cell(capabilities[feature])).join(' | ')} |`,
  );
  const heads = ['feature', 'a container with …', ...runtimes.map(({ name }) => name)];
  const table = [`| ${heads.join(' | ')} |`, `|${heads.map(() => '---').join('|')}|`, ...rows].join('\n');
  return `${table}\n\n${reasons.map((reason, index) => `${index + 1}. ${reason}`).join('\n')}`;
}
