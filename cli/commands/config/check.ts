import { runPouchd } from '../../config/runPouchd.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

const help = `
Checks the file, its conf.d and what they include, and the options of plugins and declared objects. pouchd need not run. The exit
code is 1 for mistakes. References to files are read, so that the check needs the rights of root where there are any.`;

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('[file]', 'Main file (default $POUCHD_CONFIG, or /etc/pouch/pouchd.yaml)')
    .addHelpText('after', help)
    .action(async (file: string | undefined) => await runPouchd(session, file, '--check-config'));
}
