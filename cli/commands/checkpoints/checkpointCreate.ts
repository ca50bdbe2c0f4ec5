import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .argument('<checkpoint>', 'Name of the checkpoint')
    .option('--leave-running', 'Leave the container running after checkpoint')
    .action(async (ref: string, name: string, { leaveRunning = false }: { leaveRunning?: boolean }) => {
      await session.client.checkpoints.create(ref, name, { leaveRunning });
      session.print(name);
    });
}
