import { addLogOptions, showLogs, type LogFlags } from '../../containers/showLogs.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .option('--details', 'Show extra details provided to logs: by the log options labels and env')
    .option('-u, --unit <service>', 'Show what a service of a rich container has logged, by its init');
  addLogOptions(command).action((ref: string, flags: LogFlags) => showLogs(session, ref, flags));
}
