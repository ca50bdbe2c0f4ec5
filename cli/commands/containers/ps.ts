import type { Filters } from '../../../client/index.ts';
import { printListing } from '../../output/listing.ts';
import { parseFilters } from '../../parse/filters.ts';
import { parseInteger } from '../../../client/options/number.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/collect.ts';
import type { Session } from '../../Session.ts';
import { containerRow } from '../../containers/containerRow.ts';

interface Flags {
  all?: boolean;
  quiet?: boolean;
  trunc: boolean;
  last?: string;
  latest?: boolean;
  size?: boolean;
  rich?: boolean;
  filter: string[];
  format?: string;
}

const columns: [string, string][] = [
  ['CONTAINER ID', 'ID'],
  ['IMAGE', 'Image'],
  ['COMMAND', 'Command'],
  ['CREATED', 'RunningFor'],
  ['STATUS', 'Status'],
  ['PORTS', 'Ports'],
  ['NAMES', 'Names'],
];

const richColumns: [string, string][] = [
  ['NAMES', 'Names'],
  ['IMAGE', 'Image'],
  ['MODE', 'RichMode'],
  ['READINESS', 'Readiness'],
  ['FAILED UNITS', 'FailedUnits'],
  ['ADDRESSES', 'Addresses'],
  ['USERS', 'Users'],
  ['UPTIME', 'Uptime'],
];

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-a, --all', 'Show all containers (default shows just running)')
    .option('-q, --quiet', 'Only display container IDs')
    .option('-n, --last <number>', 'Show n last created containers (includes all states)')
    .option('-l, --latest', 'Show the latest created container (includes all states)')
    .option('-s, --size', 'Display total file sizes')
    .option(
      '--rich',
      'Show only rich containers, with mode, readiness, failed units, addresses, users and uptime',
    )
    .option('--no-trunc', "Don't truncate output")
    .option(
      '-f, --filter <key=value>',
      'Filters: status, name, id, label, ancestor, exited, network, volume, …',
      collect,
      [],
    )
    .option('--format <format>', 'Format output: table, json, or a Go template such as {{.Names}}')
    .action((flags: Flags) => list(session, flags));
}

async function list(session: Session, flags: Flags): Promise<void> {
  const last = flags.last === undefined ? undefined : parseInteger('-n, --last', flags.last, { minimum: 0 });
  const limit = flags.latest ? 1 : last;
  const containers = await session.client.containers.list({
    all: flags.all === true || limit !== undefined,
    size: flags.size === true,
    filters: filtersOf(flags),
    ...(limit !== undefined && { limit }),
  });
  const rows = containers.map((container) => containerRow(container, flags.trunc));
  const shown = flags.rich ? richColumns : columns;
  const sized = flags.size ? [...shown, ['SIZE', 'Size'] as [string, string]] : shown;
  printListing(session, { columns: sized, rows, key: 'ID' }, flags);
}

/** A filter of a mode wins. */
function filtersOf({ rich, filter }: Flags): Filters {
  const filters = parseFilters(filter);
  return rich ? { rich: ['true'], ...filters } : filters;
}
