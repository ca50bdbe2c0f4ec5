import { swapShadows } from '../../plugins/swapShadows.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<plugin...>', 'Names')
    .action((names: string[]) => swapShadows(session, names, (name) => session.client.plugins.demote(name)));
}
