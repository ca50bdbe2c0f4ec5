import { forEachRef } from '../../containers/forEachRef.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container...>', 'Names or IDs')
    .option('-f, --force', 'Force the removal of a running container (uses SIGKILL)')
    .option('-v, --volumes', 'Remove anonymous volumes associated with the container')
    .action((refs: string[], flags: { force?: boolean; volumes?: boolean }) =>
      forEachRef(session, refs, (ref) =>
        session.client.containers.remove(ref, {
          force: flags.force === true,
          volumes: flags.volumes === true,
        }),
      ),
    );
}
