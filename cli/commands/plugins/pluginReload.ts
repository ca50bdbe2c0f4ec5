import { printReload } from '../../plugins/printReload.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command.addHelpText('after', '\nThe exit code is 1 if a plugin cannot be loaded.').action(async () => {
    printReload(session, await session.client.plugins.reload());
  });
}
