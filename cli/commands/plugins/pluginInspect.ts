import { CliError } from '../../errors.ts';
import { printObjects } from '../../output/printObjects.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<plugin...>', 'Names')
    .option('-f, --format <format>', 'Format output: json, or a Go template such as {{.state}}')
    .action(async (names: string[], { format }: { format?: string }) => {
      const plugins = await session.client.plugins.list();
      await printObjects(session, names, format, async (name) => {
        const found = plugins.find((plugin) => plugin.name === name);
        if (found) return found;
        throw new CliError('PCH_NOT_FOUND', `no plugin is named ${name}`, '`pouch plugin ls` lists them');
      });
    });
}
