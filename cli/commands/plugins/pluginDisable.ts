import { switchPlugins } from '../../plugins/switchPlugins.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<plugin...>', 'Names')
    .option('-f, --force', 'Disable a plugin that containers need')
    .action((names: string[], { force = false }: { force?: boolean }) =>
      switchPlugins(session, names, (name) => session.client.plugins.disable(name, force)),
    );
}
