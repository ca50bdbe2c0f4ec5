import { CliError } from '../../errors.ts';
import { shadowLines } from '../../plugins/shadowLines.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('[plugin...]', 'Names; default all shadows')
    .option('--format <format>', 'Format output: text or json', 'text')
    .addHelpText(
      'after',
      '\nA `-` line has what the version that serves has planned, a `+` line what the shadow has.',
    )
    .action(async (names: string[], { format }: { format: string }) => {
      const all = await session.client.plugins.shadows();
      const unknown = names.find((name) => all.every((shadow) => shadow.name !== name));
      if (unknown !== undefined)
        throw new CliError(
          'PCH_NOT_FOUND',
          `plugin ${unknown} has no shadow`,
          'add an entry with `path` and `shadow: true` to `plugins` in pouchd.yaml',
        );
      const wanted = all.filter(({ name }) => names.length === 0 || names.includes(name));
      if (format === 'json') session.print(JSON.stringify(wanted));
      else if (wanted.length === 0) session.print('no plugin has a shadow');
      else for (const line of wanted.flatMap(shadowLines)) session.print(line);
    });
}
