import { printListing } from '../../output/listing.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  quiet?: boolean;
  format?: string;
}

const columns: [string, string][] = [
  ['PROFILE', 'Name'],
  ['OPTIONS', 'Options'],
  ['DEFINED', 'Origin'],
  ['PROBLEM', 'Problem'],
];

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-q, --quiet', 'Only display names')
    .option('--format <format>', 'Format output: table, json, or a Go template such as {{.Name}}')
    .action(async (flags: Flags) => {
      const profiles = await session.client.pouch.profiles();
      const rows = profiles.map(({ name, plugin, options, origin, problem }) => ({
        Name: name,
        Options: options.map(({ option }) => option).join(','),
        Origin: origin ?? '-',
        Plugin: plugin,
        Problem: problem ?? '',
      }));
      printListing(session, { columns, rows, key: 'Name' }, flags);
    });
}
