import { printListing } from '../../output/listing.ts';
import { parseFilters } from '../../parse/filters.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/collect.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  quiet?: boolean;
  filter: string[];
  format?: string;
}

const columns: [string, string][] = [
  ['DRIVER', 'Driver'],
  ['VOLUME NAME', 'Name'],
];

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-q, --quiet', 'Only display volume names')
    .option('-f, --filter <key=value>', 'Filters: name, label, driver', collect, [])
    .option('--format <format>', 'Format output: table, json, or a Go template such as {{.Name}}')
    .action(async (flags: Flags) => {
      const { Volumes, Warnings } = await session.client.volumes.list(parseFilters(flags.filter));
      const rows = (Volumes ?? []).map(({ Driver, Name, Mountpoint, Scope, Labels }) => ({
        Driver,
        Name,
        Mountpoint,
        Scope,
        Labels: Object.entries(Labels ?? {})
          .map(([key, value]) => `${key}=${value}`)
          .join(','),
      }));
      printListing(session, { columns, rows, key: 'Name' }, flags);
      for (const warning of Warnings ?? []) session.warn(`warning: ${warning}`);
    });
}
