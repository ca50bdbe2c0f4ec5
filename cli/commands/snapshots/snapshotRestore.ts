import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .argument('<snapshot>', 'Name of the snapshot')
    .option('--restart', 'Stop a running container for that, and start it again')
    .addHelpText(
      'after',
      '\nPrints the name of a new snapshot, which has what the container had. Volumes stay as they are.',
    )
    .action(async (ref: string, name: string, { restart = false }: { restart?: boolean }) => {
      const made = await session.client.snapshots.restore(ref, name, { restart });
      session.print(made.name);
    });
}
