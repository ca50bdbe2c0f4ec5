import { Option } from 'commander';
import { imageRows } from '../../images/imageRows.ts';
import { printListing } from '../../output/listing.ts';
import { parseFilters } from '../../parse/filters.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/collect.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  all?: boolean;
  quiet?: boolean;
  digests?: boolean;
  digest?: boolean;
  trunc: boolean;
  filter: string[];
  format?: string;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('[reference]', 'Only images with this name')
    .option('-a, --all', 'Show all images, including dangling ones')
    .option('-q, --quiet', 'Only show image IDs')
    .option('--digests', 'Show digests')
    // An older name of it.
    .addOption(new Option('--digest', 'Show digests').hideHelp())
    .option('--no-trunc', "Don't truncate output")
    .option('-f, --filter <key=value>', 'Filters: reference, label, dangling, before, since', collect, [])
    .option(
      '--format <format>',
      'Format output: table, json, or a Go template such as {{.Repository}}:{{.Tag}}',
    )
    .action((reference: string | undefined, { digest = false, ...flags }: Flags) =>
      list(session, reference, { ...flags, digests: digest || flags.digests === true }),
    );
}

async function list(session: Session, reference: string | undefined, flags: Flags): Promise<void> {
  const filters = parseFilters([
    ...flags.filter,
    ...(reference === undefined ? [] : [`reference=${reference}`]),
  ]);
  const images = await session.client.images.list({
    all: flags.all === true,
    digests: flags.digests === true,
    filters,
  });
  const rows = images.flatMap((image) =>
    imageRows(image, { truncate: flags.trunc, digests: flags.digests === true }),
  );
  const columns: [string, string][] = [
    ['REPOSITORY', 'Repository'],
    ['TAG', 'Tag'],
    ...(flags.digests ? [['DIGEST', 'Digest'] as [string, string]] : []),
    ['IMAGE ID', 'ID'],
    ['CREATED', 'CreatedSince'],
    ['SIZE', 'Size'],
  ];
  printListing(session, { columns, rows: flags.quiet ? distinct(rows) : rows, key: 'ID' }, flags);
  for (const { Id, RepoTags, Damage } of images)
    if (Damage !== undefined) session.warn(`warning: image ${RepoTags?.[0] ?? Id} is damaged: ${Damage}`);
}

/** An image with several names has one ID. */
function distinct<Row extends { ID: string }>(rows: Row[]): Row[] {
  return [...new Map(rows.map((row) => [row.ID, row])).values()];
}
