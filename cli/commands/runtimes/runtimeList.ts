import { printListing } from '../../output/listing.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  quiet?: boolean;
  format?: string;
}

const columns: [string, string][] = [
  ['RUNTIME', 'Name'],
  ['STATE', 'State'],
  ['VERSION', 'Version'],
  ['PATH', 'Path'],
  ['CONTAINERS', 'Containers'],
  ['PROBLEM', 'Problem'],
];

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-q, --quiet', 'Only display names')
    .option('--format <format>', 'Format output: table, json, or a Go template such as {{.Name}}')
    .action(async (flags: Flags) => {
      const runtimes = await session.client.pouch.runtimes();
      const rows = runtimes.map(
        ({ name, aliases, type, version, path, containers, problem = '', ...is }) => ({
          Name: is.isDefault ? `${name} (default)` : name,
          ID: name,
          State: is.usable ? 'usable' : 'not usable',
          Version: version,
          Path: path,
          Type: type,
          Isolation: is.isolation,
          Aliases: aliases.join(','),
          Containers: containers,
          // Without the fix in brackets, which is too wide for the table; `pouch doctor` prints it.
          Problem: problem.replace(/ \(.*\)$/s, ''),
        }),
      );
      printListing(session, { columns, rows, key: 'ID' }, flags);
    });
}
