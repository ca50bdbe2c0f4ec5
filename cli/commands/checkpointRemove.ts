import { forEachRef } from '../containers/forEachRef.ts';
import type { PouchCommand } from '../pouchCommand.ts';
import type { Session } from '../session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'name or id')
    .argument('<checkpoint...>', 'names')
    .action((ref: string, names: string[]) =>
      forEachRef(session, names, (name) => session.client.checkpoints.remove(ref, name)),
    );
}
