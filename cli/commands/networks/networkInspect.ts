import { printObjects } from '../../output/printObjects.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<network...>', 'Names or IDs')
    .option('-f, --format <format>', 'Format output: json, or a Go template such as {{.Driver}}')
    .action((refs: string[], { format }: { format?: string }) =>
      printObjects(session, refs, format, (ref) => session.client.networks.inspect(ref)),
    );
}
