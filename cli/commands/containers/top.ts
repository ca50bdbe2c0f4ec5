import { alignColumns } from '../../output/table.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .argument('[options...]', 'Options for ps(1): -eo pid,comm')
    .passThroughOptions()
    .action(async (ref: string, options: string[]) => {
      const psArguments = options.length > 0 ? options.join(' ') : undefined;
      const { Titles, Processes } = await session.client.containers.top(ref, psArguments);
      for (const line of alignColumns([Titles, ...Processes])) session.print(line);
    });
}
