import { forEachRef } from '../../containers/forEachRef.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container...>', 'names or ids')
    .option('-f, --force', 'kill it first if it runs')
    .option('-v, --volumes', 'remove its anonymous volumes too')
    .action((refs: string[], flags: { force?: boolean; volumes?: boolean }) =>
      forEachRef(session, refs, (ref) =>
        session.client.containers.remove(ref, {
          force: flags.force === true,
          volumes: flags.volumes === true,
        }),
      ),
    );
}
