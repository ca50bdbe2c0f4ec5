import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<network>', 'Name or ID of the network')
    .argument('<container>', 'Name or ID of the container')
    .option('-f, --force', 'Succeed if the container is not on the network, or does not exist')
    .action(async (network: string, container: string, { force }: { force?: boolean }) => {
      await session.client.networks.disconnect(network, { Container: container, Force: force === true });
    });
}
