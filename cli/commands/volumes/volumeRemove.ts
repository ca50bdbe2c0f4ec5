import { forEachRef } from '../../containers/forEachRef.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<volume...>', 'Names')
    .option(
      '-f, --force',
      'Succeed if the volume does not exist; remove it even if its driver is gone or fails',
    )
    .action((names: string[], { force }: { force?: boolean }) =>
      forEachRef(session, names, (name) => session.client.volumes.remove(name, { force: force === true })),
    );
}
