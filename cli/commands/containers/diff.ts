import { printable } from '../../output/printable.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

const letters = ['C', 'A', 'D'] as const;

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .addHelpText('after', '\nA: added, C: changed, D: deleted. Volumes and other mounts are not looked at.')
    .action(async (ref: string) => {
      const changes = await session.client.copies.changes(ref);
      const lines = changes.map(({ Path, Kind }) => printable(`${letters[Kind]} ${Path}`));
      if (lines.length > 0) session.print(lines.join('\n'));
    });
}
