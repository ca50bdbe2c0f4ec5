import { printObjects } from '../../output/printObjects.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<volume...>', 'names')
    .option('-f, --format <format>', 'json, or a template: {{.Mountpoint}}')
    .action((refs: string[], { format }: { format?: string }) =>
      printObjects(session, refs, format, (ref) => session.client.volumes.inspect(ref)),
    );
}
