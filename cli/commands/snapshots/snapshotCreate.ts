import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .option('--name <name>', 'Name of the snapshot (default: by the time)')
    .addHelpText(
      'after',
      '\nA running container is frozen meanwhile. Volumes and other mounts are not part of a snapshot.',
    )
    .action(async (ref: string, { name }: { name?: string }) => {
      const made = await session.client.snapshots.create(ref, name === undefined ? {} : { name });
      session.print(made.name);
    });
}
