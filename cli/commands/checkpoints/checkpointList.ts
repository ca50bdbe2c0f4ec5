import { printListing } from '../../output/listing.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  quiet?: boolean;
  format?: string;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .option('-q, --quiet', 'Only display checkpoint names')
    .option('--format <format>', 'Format output: table, json, or a Go template such as {{.Name}}')
    .action(async (ref: string, flags: Flags) => {
      const checkpoints = await session.client.checkpoints.list(ref);
      const rows = checkpoints.map(({ Name }) => ({ Name }));
      printListing(session, { columns: [['CHECKPOINT NAME', 'Name']], rows, key: 'Name' }, flags);
    });
}
