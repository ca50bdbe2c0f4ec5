import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .argument('<name>', 'New name')
    .action((ref: string, name: string) => session.client.containers.rename(ref, name));
}
