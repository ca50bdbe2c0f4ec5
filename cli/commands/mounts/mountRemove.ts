import { forEachRef } from '../../containers/forEachRef.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .argument('<path...>', 'Where it is mounted in the container, as `pouch mount ls` lists it')
    .option('-f, --force', 'Also while processes use it; they keep the files that they have open')
    .addHelpText('after', '\nThe data stays: on the host, or in the volume.')
    .action((ref: string, paths: string[], { force = false }: { force?: boolean }) =>
      forEachRef(session, paths, (destination) =>
        session.client.containers.removeMount(ref, { destination, force }),
      ),
    );
}
