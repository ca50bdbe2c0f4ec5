import { addLogOptions, showLogs, type LogFlags } from '../../containers/showLogs.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command.argument('<container>', 'Name or ID').argument('<service>', 'Name, as `pouch svc ls` lists it');
  addLogOptions(command).action((ref: string, unit: string, flags: LogFlags) =>
    showLogs(session, ref, { ...flags, unit }),
  );
}
