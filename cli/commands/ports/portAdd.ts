import { forEachRef } from '../../containers/forEachRef.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';
import { bindingOf, portForm } from './bindingOf.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .argument('<port...>', portForm)
    .addHelpText(
      'after',
      `
The ports of a container that runs are published at once, and at each start.
The rest of its network stays as it is.`,
    )
    .action((ref: string, ports: string[]) =>
      forEachRef(session, ports, async (text) => {
        const { port, hostIp, hostPort } = bindingOf(text);
        const PortBindings = { [port]: [{ HostIp: hostIp, HostPort: hostPort }] };
        const { Warnings } = await session.client.containers.addPort(ref, { PortBindings });
        for (const warning of Warnings ?? []) session.warn(`WARNING: ${warning}`);
      }),
    );
}
