import { eraseAuth } from '../../registry/credentials.ts';
import { hostOf } from '../../registry/registryOf.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('[server]', 'Registry: HOST[:PORT]; Docker Hub without one')
    .action(async (server: string | undefined) => {
      const registry = hostOf(server ?? '');
      const isRemoved = await eraseAuth(registry, session.terminal.env);
      session.print(
        isRemoved ? `Removing login credentials for ${registry}` : `Not logged in to ${registry}`,
      );
    });
}
