import { switchPlugins } from '../../plugins/switchPlugins.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<plugin...>', 'Names of installed plugins')
    .action((names: string[]) =>
      switchPlugins(session, names, (name) => session.client.plugins.remove(name)),
    );
}
