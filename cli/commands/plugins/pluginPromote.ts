import { swapShadows } from '../../plugins/swapShadows.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<plugin...>', 'Names')
    .addHelpText('after', '\n`pouch plugin demote` is the way back, until pouchd.yaml says the same.')
    .action((names: string[]) => swapShadows(session, names, (name) => session.client.plugins.promote(name)));
}
