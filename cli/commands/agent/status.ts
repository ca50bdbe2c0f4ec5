import { printStatus, shownObjects, type StatusFlags } from '../../agent/printStatus.ts';
import { reportHosts, type HostFlags } from '../../fleet/reportHosts.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

const help = `
The exit code is 1 if an object is not as it is declared, the files have mistakes, or the file that was applied is damaged.
With -H each line begins with its host, and with --format json it is an object of one: {"Host": …, "Declared": …, "Ok": …,
"Objects": […], …}. A host that does not respond is reported, and the exit code is 1.`;

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-H, --host <host,...>', 'Hosts to ask, with commas between them')
    .option('-a, --all', 'Show all declared objects, not only those that are not as declared')
    .option('-q, --quiet', 'Only display names')
    .option('--format <format>', 'Format output: table, json, or a Go template such as {{.Name}}')
    .addHelpText('after', help)
    .action((flags: StatusFlags & HostFlags) =>
      reportHosts(session, flags, {
        read: (agent, signal) => agent.status(signal),
        print: (output, status) => printStatus(output, status, flags),
        json: (status) => ({ ...status, Objects: shownObjects(status, flags) }),
        isBad: ({ Objects, Lost, FileProblem }) =>
          Lost !== undefined || Boolean(FileProblem) || Objects.some(({ State }) => State !== 'ok'),
      }),
    );
}
