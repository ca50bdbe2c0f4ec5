import { forEachRef } from '../../containers/forEachRef.ts';
import { ClientError } from '../../../client/index.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<network...>', 'Names or IDs')
    .option('-f, --force', 'Do not error if the network does not exist')
    .action((refs: string[], { force }: { force?: boolean }) =>
      forEachRef(session, refs, (ref) =>
        session.client.networks.remove(ref).catch((error: unknown) => {
          if (!force || !(error instanceof ClientError) || error.status !== 404) throw error;
        }),
      ),
    );
}
