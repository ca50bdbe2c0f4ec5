/** What was applied to the host, as `pouch history` prints it. */
import type { AgentGeneration, AgentGenerationDetails } from '../../client/index.ts';
import { printListing, type ListingFlags } from '../output/listing.ts';
import { ago } from '../output/units.ts';
import type { Printer } from '../Session.ts';
import { planLines } from './planLines.ts';

const columns: [string, string][] = [
  ['GENERATION', 'Number'],
  ['APPLIED', 'AppliedSince'],
  ['CAUSE', 'Cause'],
  ['DONE', 'Done'],
  ['FAILED', 'Failed'],
  ['LEFT', 'Left'],
];

export function printGenerations(
  output: Printer,
  generations: readonly AgentGeneration[],
  flags: ListingFlags,
): void {
  printListing(output, { columns, rows: generations.map(rowOf), key: 'Number' }, flags);
}

function rowOf({ Number, At, Cause, Files, Done, Failed, Left }: AgentGeneration) {
  const AppliedSince = ago(Date.parse(At) / 1000);
  return { Number, AppliedSince, AppliedAt: At, Cause, Files: Files.join(','), Done, Failed, Left };
}

export function printGeneration(
  output: Printer,
  { Number, At, Cause, Files, Plan, Done, Failed, Left }: AgentGenerationDetails,
): void {
  output.print(`generation ${Number}, ${At}, ${Cause}: ${Done} done, ${Failed} failed, ${Left} left`);
  for (const file of Files) output.print(`declared in ${file}`);
  for (const line of planLines(Plan)) output.print(line);
}
