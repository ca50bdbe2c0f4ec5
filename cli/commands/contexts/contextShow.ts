import { currentContext } from '../../context/current.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command.action(() => session.print(currentContext(session.connection, session.terminal.env).name));
}
