import { printListing } from '../../output/listing.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  quiet?: boolean;
  format?: string;
}

const columns: [string, string][] = [
  ['MODE', 'Name'],
  ['PLUGIN', 'Plugin'],
  ['DESCRIPTION', 'Doc'],
];

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-q, --quiet', 'Only display names')
    .option('--format <format>', 'Format output: table, json, or a Go template such as {{.Name}}')
    .action(async (flags: Flags) => {
      const modes = await session.client.pouch.richModes();
      const rows = modes.map(({ name, plugin, doc }) => ({ Name: name, Plugin: plugin, Doc: doc }));
      printListing(session, { columns, rows, key: 'Name' }, flags);
    });
}
