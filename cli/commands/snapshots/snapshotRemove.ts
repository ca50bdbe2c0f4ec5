import { forEachRef } from '../../containers/forEachRef.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .argument('<snapshot...>', 'Names')
    .action((ref: string, names: string[]) =>
      forEachRef(session, names, (name) => session.client.snapshots.remove(ref, name)),
    );
}
