import { printListing } from '../../output/listing.ts';
import { ago } from '../../output/units.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  quiet?: boolean;
  format?: string;
}

const columns: [heading: string, field: string][] = [
  ['NAME', 'Name'],
  ['IMAGE', 'Image'],
  ['CREATED', 'CreatedSince'],
  ['CAUSE', 'Cause'],
];

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .option('-q, --quiet', 'Only display names')
    .option('--format <format>', 'Format output: table, json, or a Go template such as {{.Name}}')
    .action(async (ref: string, flags: Flags) => {
      const snapshots = await session.client.snapshots.list(ref);
      const rows = snapshots.map(({ name, createdAt, image, cause }) => ({
        Name: name,
        Image: image.reference,
        CreatedAt: createdAt,
        CreatedSince: ago(Date.parse(createdAt) / 1000),
        Cause: cause,
      }));
      printListing(session, { columns, rows, key: 'Name' }, flags);
      if (!flags.quiet && (flags.format ?? 'table') === 'table') await printSchedule(session, ref);
    });
}

async function printSchedule(session: Session, ref: string): Promise<void> {
  const { SnapshotSchedule: found } = await session.client.containers.inspect(ref);
  if (!found) return;
  session.print(`\nSchedule: ${found.schedule}, keeps ${found.keep}, next ${found.next ?? 'never'}`);
  if (found.problem !== undefined) session.warn(`WARNING: the scheduled snapshot failed at ${found.problem}`);
}
