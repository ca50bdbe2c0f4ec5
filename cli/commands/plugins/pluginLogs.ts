import { parseInteger } from '../../../client/options/number.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  follow?: boolean;
  tail: string;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<plugin>', 'Name')
    .option('-f, --follow', 'Follow log output')
    .option('-n, --tail <lines>', 'Number of lines to show from the end of the logs', 'all')
    .action(async (name: string, { follow = false, tail }: Flags) => {
      const count = tail === 'all' ? undefined : parseInteger('-n, --tail', tail, { minimum: 0 });
      const lines = await session.client.plugins.logs(name, {
        follow,
        ...(count !== undefined && { tail: count }),
      });
      for await (const { time, level, text } of lines) session.print(`${time} ${level.padEnd(5)} ${text}`);
    });
}
