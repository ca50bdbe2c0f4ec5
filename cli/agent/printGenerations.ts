/** What was applied to the host, as `pouch history` prints it. */
import type { AgentGeneration } from '../../client/index.ts';
import { printListing, type ListingFlags } from '../output/listing.ts';
import { ago } from '../output/units.ts';
import type { Session } from '../Session.ts';
import { planLines } from './planLines.ts';

const columns: [string, string][] = [
  ['GENERATION', 'Number'],
  ['APPLIED', 'AppliedSince'],
  ['CAUSE', 'Cause'],
  ['DONE', 'Done'],
  ['FAILED', 'Failed'],
  ['LEFT', 'Left'],
];

export async function printGenerations(session: Session, flags: ListingFlags): Promise<void> {
  const rows = (await session.client.agent.history()).map(rowOf);
  printListing(session, { columns, rows, key: 'Number' }, flags);
}

function rowOf({ Number, At, Cause, Files, Done, Failed, Left }: AgentGeneration) {
  const AppliedSince = ago(Date.parse(At) / 1000);
  return { Number, AppliedSince, AppliedAt: At, Cause, Files: Files.join(','), Done, Failed, Left };
}

export async function printGeneration(session: Session, number: number): Promise<void> {
  const { Number, At, Cause, Files, Plan, Done, Failed, Left } =
    await session.client.agent.generation(number);
  session.print(`generation ${Number}, ${At}, ${Cause}: ${Done} done, ${Failed} failed, ${Left} left`);
  for (const file of Files) session.print(`declared in ${file}`);
  for (const line of planLines(Plan)) session.print(line);
}
