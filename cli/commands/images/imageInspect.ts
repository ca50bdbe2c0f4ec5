import { printObjects } from '../../output/printObjects.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<image...>', 'references or ids')
    .option('-f, --format <format>', 'json, or a template: {{.Config.Cmd}}')
    .action((refs: string[], { format }: { format?: string }) =>
      printObjects(session, refs, format, (ref) => session.client.images.inspect(ref)),
    );
}
