import { printListing } from '../../output/listing.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  quiet?: boolean;
  format?: string;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'name or id')
    .option('-q, --quiet', 'only names')
    .option('--format <format>', 'table, json, or a template: {{.Name}}')
    .action(async (ref: string, flags: Flags) => {
      const checkpoints = await session.client.checkpoints.list(ref);
      const rows = checkpoints.map(({ Name }) => ({ Name }));
      printListing(session, { columns: [['CHECKPOINT NAME', 'Name']], rows, key: 'Name' }, flags);
    });
}
