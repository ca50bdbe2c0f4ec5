import type { NetworkWire } from '../../../client/wire.ts';
import { printListing } from '../../output/listing.ts';
import { parseFilters } from '../../parse/filters.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/collect.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  quiet?: boolean;
  trunc?: boolean;
  filter: string[];
  format?: string;
}

const columns: [string, string][] = [
  ['NETWORK ID', 'ID'],
  ['NAME', 'Name'],
  ['DRIVER', 'Driver'],
  ['SCOPE', 'Scope'],
];

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-q, --quiet', 'Only display network IDs')
    .option('--no-trunc', 'Do not truncate the output')
    .option(
      '-f, --filter <key=value>',
      'Filters: name, id, driver, label, type, scope, dangling',
      collect,
      [],
    )
    .option('--format <format>', 'Format output: table, json, or a Go template such as {{.Name}}')
    .action(async (flags: Flags) => {
      const networks = await session.client.networks.list(parseFilters(flags.filter));
      const rows = networks
        .toSorted((a, b) => (a.Name < b.Name ? -1 : 1))
        .map((network) => rowOf(network, flags.trunc !== false));
      printListing(session, { columns, rows, key: 'ID' }, flags);
    });
}

function rowOf(
  { Id, Name, Driver, Scope, Internal, Created, EnableIPv6, Labels }: NetworkWire,
  trunc: boolean,
) {
  return {
    ID: trunc ? Id.slice(0, 12) : Id,
    Name,
    Driver,
    Scope,
    IPv6: String(EnableIPv6),
    Internal: String(Internal),
    CreatedAt: Created,
    Labels: Object.entries(Labels ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
  };
}
