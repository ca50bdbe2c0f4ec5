import { changeLines } from '../../plugins/changeLines.ts';
import { installationLine } from '../../plugins/install/installationLine.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command.argument('<plugin>', 'Name').action(async (name: string) => {
    const installed = await session.client.plugins.rollback(name);
    for (const line of changeLines(installed.plugins)) session.print(line);
    session.print(installationLine(installed));
  });
}
