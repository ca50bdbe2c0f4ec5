import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .option('--forget', 'Instead, free the space of the root file system before the upgrade')
    .addHelpText(
      'after',
      '\nThe container has its image and root file system from before the upgrade again; volumes stay as they are.\nAnother rollback returns to the upgrade.',
    )
    .action(async (ref: string, { forget = false }: { forget?: boolean }) => {
      if (forget) return await session.client.containers.forgetRollback(ref);
      const { name, to, restarted } = await session.client.containers.rollback(ref);
      session.print(`${name}: rolled back to ${to.reference}${restarted ? ' and restarted' : ''}`);
    });
}
