import { Option } from 'commander';
import { invalidOption } from '../../errors.ts';
import { alignColumns } from '../../output/table.ts';
import { leftOutLines } from '../../plan/leftOutLines.ts';
import { timelineLines } from '../../plan/timelineLines.ts';
import { fieldPath } from '../../plan/fieldPath.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { BlameWire } from '../../../client/index.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  field?: string;
  timeline?: boolean;
  format?: string;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .option('--field <path>', 'Only this field and those below it: process.env.HOME, mounts["/run"]')
    .addOption(
      new Option(
        '--timeline',
        'What plugins did in its life: when, how long, what they changed and logged',
      ).conflicts('field'),
    )
    .option('--format <format>', 'Format output: table or json', 'table')
    .action(async (ref: string, { field, timeline, format = 'table' }: Flags) => {
      if (!['table', 'json'].includes(format)) throw invalidOption('--format', 'table or json', format);
      if (timeline) return await printTimeline(session, ref, format);
      const blame = await session.client.pouch.explain(ref, field);
      if (field !== undefined && blame.length === 0)
        throw invalidOption(
          '--field',
          `a field of the container (\`pouch explain ${ref}\` lists them)`,
          field,
        );
      if (format === 'json') return session.print(JSON.stringify(blame));
      for (const line of alignColumns([headings, ...blame.map(explainRow)])) session.print(line);
      if (field === undefined) await printLeftOut(session, ref);
    });
}

async function printLeftOut(session: Session, ref: string): Promise<void> {
  const lines = leftOutLines(await session.client.pouch.timeline(ref));
  for (const line of lines.length === 0 ? [] : ['', ...lines]) session.print(line);
}

async function printTimeline(session: Session, ref: string, format: string): Promise<void> {
  const operations = await session.client.pouch.timeline(ref);
  if (format === 'json') session.print(JSON.stringify(operations));
  else for (const line of timelineLines(operations)) session.print(line);
}

const headings = ['FIELD', 'VALUE', 'PLUGIN', 'HOOK', 'CONFIG', 'MS'];
/** Limit of a value in the table, in characters; JSON has whole values. */
const widest = 60;

function explainRow({ field, action, after, plugin, hook, origin, ms }: BlameWire): string[] {
  const value = action === 'removed' ? '(removed)' : after === undefined ? '(not set)' : short(after);
  return [fieldPath(field).text, value, plugin, hook, origin ?? '-', ms.toFixed(1)];
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > widest ? `${line.slice(0, widest - 1)}…` : line;
}
