import type { SnapshotDiffWire } from '../../../client/index.ts';
import { printable } from '../../output/printable.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

const letters = { added: 'A', changed: 'C', deleted: 'D' } as const;

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .argument('<snapshot>', 'Name of the snapshot')
    .argument('[other]', 'Name of a later snapshot (default: the container as it is)')
    .option('--format <format>', 'Format output: text, or json', 'text')
    .addHelpText('after', '\nA: added, C: changed, D: deleted. Volumes and other mounts are not looked at.')
    .action(async (ref: string, name: string, other: string | undefined, { format }: { format: string }) => {
      const found = await session.client.snapshots.diff(ref, name, other === undefined ? {} : { to: other });
      if (format === 'json') session.print(JSON.stringify(found));
      else printText(session, found);
    });
}

function printText(session: Session, { changes, truncated }: SnapshotDiffWire): void {
  const lines = changes.map(({ path, kind }) => printable(`${letters[kind]} ${path}`));
  if (lines.length > 0) session.print(lines.join('\n'));
  if (truncated) session.warn(`WARNING: only the first ${changes.length} changes are shown`);
}
