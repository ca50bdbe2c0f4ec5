import { forEachRef } from '../../containers/forEachRef.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .argument('<path...>', 'The path in the container, as `pouch device ls` lists it')
    .addHelpText('after', '\nProcesses keep what they have open.')
    .action((ref: string, paths: string[]) =>
      forEachRef(session, paths, (path) => session.client.containers.removeDevice(ref, path)),
    );
}
