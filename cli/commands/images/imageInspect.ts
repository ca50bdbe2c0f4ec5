import { printObjects } from '../../output/printObjects.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<image...>', 'References or IDs')
    .option('-f, --format <format>', 'Format output: json, or a Go template such as {{.Config.Cmd}}')
    .action((refs: string[], { format }: { format?: string }) =>
      printObjects(session, refs, format, (ref) => session.client.images.inspect(ref)),
    );
}
