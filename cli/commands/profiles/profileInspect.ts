import { CliError } from '../../errors.ts';
import { printObjects } from '../../output/printObjects.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<profile...>', 'Names')
    .option('-f, --format <format>', 'Format output: json, or a Go template such as {{.origin}}')
    .action(async (names: string[], { format }: { format?: string }) => {
      const profiles = await session.client.pouch.profiles();
      await printObjects(session, names, format, async (name) => {
        const found = profiles.find((profile) => profile.name === name);
        if (found) return found;
        throw new CliError(
          'PCH_PROFILE_NOT_FOUND',
          `expected a profile of this daemon, found "${name}"`,
          '`pouch profile ls` lists them',
        );
      });
    });
}
