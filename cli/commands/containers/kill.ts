import { forEachRef } from '../../containers/forEachRef.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container...>', 'names or ids')
    .option('-s, --signal <signal>', 'signal, as name or number', 'SIGKILL')
    .action((refs: string[], { signal }: { signal: string }) =>
      forEachRef(session, refs, (ref) => session.client.containers.kill(ref, signal)),
    );
}
