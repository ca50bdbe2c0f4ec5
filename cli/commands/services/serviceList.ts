import type { ContainerServiceWire } from '../../../client/index.ts';
import { printListing } from '../../output/listing.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { serviceRow } from '../../services/serviceRow.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  all?: boolean;
  quiet?: boolean;
  format?: string;
}

const columns: [string, string][] = [
  ['SERVICE', 'Name'],
  ['STATE', 'State'],
  ['ENABLED', 'Enabled'],
  ['PID', 'PID'],
  ['SINCE', 'Since'],
  ['DESCRIPTION', 'Description'],
];

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .option('-a, --all', 'Show masked services and parts of the boot, too, when they do not run')
    .option('-q, --quiet', 'Only display names')
    .option('--format <format>', 'Format output: table, json, or a Go template such as {{.Name}}')
    .action(async (ref: string, flags: Flags) => {
      const all = await session.client.services.list(ref);
      const shown = flags.all ? all : all.filter(isOfInterest);
      printListing(session, { columns, rows: shown.map(serviceRow), key: 'Name' }, flags);
    });
}

/** What an operator would start, stop or repair. */
function isOfInterest({ state, enabled }: ContainerServiceWire): boolean {
  const isForOthers = enabled === 'static' || enabled === 'masked';
  return !isForOthers || !['exited', 'stopped', 'unknown'].includes(state);
}
