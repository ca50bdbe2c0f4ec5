import { forEachRef } from '../../containers/forEachRef.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';
import { bindingOf, portForm } from './bindingOf.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .argument('<port...>', `${portForm}, as \`pouch port\` lists it`)
    .addHelpText('after', '\nConnections that exist continue.')
    .action((ref: string, ports: string[]) =>
      forEachRef(session, ports, (text) => {
        const { hostIp, ...binding } = bindingOf(text);
        return session.client.containers.removePort(ref, { ...binding, ...(hostIp !== '' && { hostIp }) });
      }),
    );
}
