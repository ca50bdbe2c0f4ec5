import { printListing } from '../../output/listing.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  quiet?: boolean;
  format?: string;
}

const columns: [string, string][] = [
  ['DESTINATION', 'Destination'],
  ['TYPE', 'Type'],
  ['SOURCE', 'Source'],
  ['ACCESS', 'Access'],
];

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .option('-q, --quiet', 'Only display destinations')
    .option('--format <format>', 'Format output: table, json, or a Go template such as {{.Source}}')
    .action(async (ref: string, flags: Flags) => {
      const { Mounts } = await session.client.containers.inspect(ref);
      const rows = Mounts.map(({ Destination, Type, Source, Name, RW }) => ({
        Destination,
        Type,
        Source: Name ?? Source,
        Access: RW ? 'rw' : 'ro',
      }));
      printListing(session, { columns, rows, key: 'Destination' }, flags);
    });
}
