import { printListing } from '../../output/listing.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  quiet?: boolean;
  format?: string;
}

const columns: [string, string][] = [
  ['PLUGIN', 'Name'],
  ['STATE', 'State'],
  ['ISOLATION', 'Isolation'],
  ['SOURCE', 'Source'],
  ['HOOKS', 'Hooks'],
  ['ERROR', 'Error'],
];

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-q, --quiet', 'Only display names')
    .option('--format <format>', 'Format output: table, json, or a Go template such as {{.Name}}')
    .action(async (flags: Flags) => {
      const { plugins } = await session.client.pouch.info();
      const rows = plugins.map(({ name, state, isolation, source, hooks, error = '' }) => ({
        Name: name,
        State: state,
        Isolation: isolation,
        Source: source,
        Hooks: hooks.length,
        Error: error,
      }));
      printListing(session, { columns, rows, key: 'Name' }, flags);
    });
}
