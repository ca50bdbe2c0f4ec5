import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'name or id')
    .argument('<checkpoint>', 'a name for it')
    .option('--leave-running', 'do not end the container')
    .action(async (ref: string, name: string, { leaveRunning = false }: { leaveRunning?: boolean }) => {
      await session.client.checkpoints.create(ref, name, { leaveRunning });
      session.print(name);
    });
}
