import type { ImageHistoryEntryWire } from '../../../client/index.ts';
import { printListing } from '../../output/listing.ts';
import { ago, humanSize } from '../../output/units.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  quiet?: boolean;
  trunc: boolean;
  format?: string;
}

const columns: [string, string][] = [
  ['IMAGE', 'ID'],
  ['CREATED', 'CreatedSince'],
  ['CREATED BY', 'CreatedBy'],
  ['SIZE', 'Size'],
  ['COMMENT', 'Comment'],
];

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<image>', 'Reference or ID')
    .option('-q, --quiet', 'Only show image IDs')
    .option('--no-trunc', "Don't truncate output")
    .option('--format <format>', 'Format output: table, json, or a Go template such as {{.CreatedBy}}')
    .action(async (ref: string, flags: Flags) => {
      const entries = await session.client.images.history(ref);
      const rows = entries.map((entry) => historyRow(entry, flags.trunc));
      printListing(session, { columns, rows, key: 'ID' }, flags);
    });
}

function historyRow(entry: ImageHistoryEntryWire, truncate: boolean) {
  const id = truncate ? entry.Id.replace(/^sha256:/, '').slice(0, 12) : entry.Id;
  const command = entry.CreatedBy.replaceAll(/\s+/g, ' ');
  return {
    ID: id,
    CreatedSince: ago(entry.Created),
    CreatedAt: new Date(entry.Created * 1000).toISOString(),
    CreatedBy: truncate && command.length > 45 ? `${command.slice(0, 44)}…` : command,
    Size: humanSize(entry.Size),
    Comment: entry.Comment,
  };
}
