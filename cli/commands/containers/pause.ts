import { forEachRef } from '../../containers/forEachRef.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container...>', 'Names or IDs')
    .action((refs: string[]) => forEachRef(session, refs, (ref) => session.client.containers.pause(ref)));
}
