import { forEachRef } from '../../containers/forEachRef.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container...>', 'Names or IDs')
    .option('-s, --signal <signal>', 'Signal to send to the container', 'SIGKILL')
    .action((refs: string[], { signal }: { signal: string }) =>
      forEachRef(session, refs, (ref) => session.client.containers.kill(ref, signal)),
    );
}
