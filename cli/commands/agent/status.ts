import { printListing } from '../../output/listing.ts';
import { exitCodes } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  all?: boolean;
  quiet?: boolean;
  format?: string;
}

const columns: [string, string][] = [
  ['KIND', 'Kind'],
  ['NAME', 'Name'],
  ['STATE', 'State'],
  ['WHY', 'Why'],
  ['DECLARED', 'Origin'],
];

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-a, --all', 'Show all declared objects, not only those that are not as declared')
    .option('-q, --quiet', 'Only display names')
    .option('--format <format>', 'Format output: table, json, or a Go template such as {{.Name}}')
    .addHelpText('after', '\nThe exit code is 1 if an object is not as it is declared.')
    .action(async (flags: Flags) => {
      const status = await session.client.agent.status();
      const shown = status.Objects.filter(({ State }) => flags.all || State !== 'ok');
      const rows = shown.map(({ Kind, Name, State, Why = '', Origin = '' }) => ({
        Kind,
        Name,
        State,
        Why,
        Origin,
      }));
      if (!flags.quiet && flags.format === undefined) {
        const { Declared, Ok, Generation, Busy } = status;
        session.print(
          `${Ok} of ${Declared} declared objects are as declared; generation ${Generation}${Busy ? '; busy' : ''}`,
        );
        const { Paused, Pinned, Applied } = status;
        if (Paused) {
          const due = status.Objects.filter(({ State }) => State === 'pending').length;
          session.print(
            `paused by ${Paused.By} since ${Paused.Since}, ${due} pending: \`pouch apply --resume\` does them`,
          );
        }
        if (Pinned)
          session.print(
            `pinned to generation ${Pinned.Generation} since ${Pinned.Since}; ${Applied?.File ?? 'the files'} ${Applied ? 'is' : 'are'} not in force: \`pouch apply\` applies ${Applied ? 'it' : 'them'}`,
          );
        if (Applied && !Pinned)
          session.print(
            `${Applied.File} is in force since ${Applied.Since}, applied by ${Applied.By}; the declarations of the host's files are not: \`pouch apply --host-files\` returns to them`,
          );
        if (status.FileProblem) session.print(`the files are not in force: ${status.FileProblem}`);
      }
      if (rows.length > 0 || flags.format !== undefined)
        printListing(session, { columns, rows, key: 'Name' }, flags);
      if (shown.some(({ State }) => State !== 'ok')) session.exitCode = exitCodes.failure;
    });
}
