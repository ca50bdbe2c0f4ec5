import { printObjects } from '../../output/printObjects.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container...>', 'Names or IDs')
    .option('-f, --format <format>', 'Format output: json, or a Go template such as {{.State.Status}}')
    .option('-s, --size', 'Display total file sizes')
    .action((refs: string[], { format, size }: { format?: string; size?: boolean }) =>
      printObjects(session, refs, format, (ref) =>
        session.client.containers.inspect(ref, { size: size === true }),
      ),
    );
}
