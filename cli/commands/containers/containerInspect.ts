import { printObjects } from '../../output/printObjects.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container...>', 'names or ids')
    .option('-f, --format <format>', 'json, or a template: {{.State.Status}}')
    .option('-s, --size', 'with sizes')
    .action((refs: string[], { format, size }: { format?: string; size?: boolean }) =>
      printObjects(session, refs, format, (ref) =>
        session.client.containers.inspect(ref, { size: size === true }),
      ),
    );
}
