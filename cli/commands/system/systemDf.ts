import type { DiskUsageResponse } from '../../../client/index.ts';
import { type Listing, printListing } from '../../output/listing.ts';
import { parseTemplate } from '../../output/template.ts';
import { humanSize } from '../../output/units.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';
import { usageRows } from '../../system/usageRows.ts';
import { type UsageDetails, usageDetails } from '../../system/usageDetails.ts';

interface Flags {
  verbose?: boolean;
  format?: string;
}

const columns: Listing['columns'] = [
  ['TYPE', 'Type'],
  ['TOTAL', 'TotalCount'],
  ['ACTIVE', 'Active'],
  ['SIZE', 'Size'],
  ['RECLAIMABLE', 'Reclaimable'],
];

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-v, --verbose', 'Show detailed information on space usage')
    .option('--format <format>', 'Format output: table, json, or a Go template such as {{.Type}}: {{.Size}}')
    .action(async ({ verbose, format }: Flags) => {
      const usage = await session.client.system.diskUsage();
      if (verbose) showDetails(session, usage, format);
      else printListing(session, { columns, rows: usageRows(usage), key: 'Type' }, { format });
    });
}

/** With a template the details are one object, as with Docker. */
function showDetails(session: Session, usage: DiskUsageResponse, format = 'table'): void {
  const details = usageDetails(usage);
  if (format === 'json') session.print(JSON.stringify(details));
  else if (format === 'table') showTables(session, details, usage);
  else session.print(parseTemplate(format)(details));
}

function showTables(session: Session, details: UsageDetails, usage: DiskUsageResponse): void {
  const cache = (usage.BuildCache ?? []).reduce((sum, { Size }) => sum + Size, 0);
  const headings = {
    Images: 'Images space usage:',
    Containers: 'Containers space usage:',
    Volumes: 'Local Volumes space usage:',
    BuildCache: `Build cache usage: ${humanSize(cache, 4)}`,
  };
  const kinds = Object.keys(headings) as (keyof typeof headings)[];
  for (const [index, kind] of kinds.entries()) {
    session.print(`${index === 0 ? '' : '\n'}${headings[kind]}\n`);
    printListing(session, { columns: detailColumns[kind], rows: details[kind], key: '' }, {});
  }
}

const detailColumns: Record<keyof UsageDetails, Listing['columns']> = {
  Images: [
    ['REPOSITORY', 'Repository'],
    ['TAG', 'Tag'],
    ['IMAGE ID', 'ID'],
    ['CREATED', 'CreatedSince'],
    ['SIZE', 'VirtualSize'],
    ['SHARED SIZE', 'SharedSize'],
    ['UNIQUE SIZE', 'UniqueSize'],
    ['CONTAINERS', 'Containers'],
  ],
  Containers: [
    ['CONTAINER ID', 'ID'],
    ['IMAGE', 'Image'],
    ['COMMAND', 'Command'],
    ['LOCAL VOLUMES', 'LocalVolumes'],
    ['SIZE', 'Size'],
    ['CREATED', 'RunningFor'],
    ['STATUS', 'Status'],
    ['NAMES', 'Names'],
  ],
  Volumes: [
    ['VOLUME NAME', 'Name'],
    ['LINKS', 'Links'],
    ['SIZE', 'Size'],
  ],
  BuildCache: [
    ['CACHE ID', 'ID'],
    ['CACHE TYPE', 'CacheType'],
    ['SIZE', 'Size'],
    ['CREATED', 'CreatedSince'],
    ['LAST USED', 'LastUsedSince'],
    ['USAGE', 'UsageCount'],
    ['SHARED', 'Shared'],
  ],
};
