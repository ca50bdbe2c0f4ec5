import type { ServiceCalls } from '../../client/index.ts';
import { forEachRef } from '../containers/forEachRef.ts';
import type { PouchCommand } from '../PouchCommand.ts';
import type { Session } from '../Session.ts';

type Action = Parameters<ServiceCalls['control']>[2];

/** Returns the definition of a command that does one thing to services of a container. */
export function defineServiceAction(action: Action) {
  return (command: PouchCommand, session: Session): void => {
    command
      .argument('<container>', 'Name or ID')
      .argument('<service...>', 'Names, as `pouch svc ls` lists them')
      .action((ref: string, services: string[]) =>
        forEachRef(session, services, (service) => session.client.services.control(ref, service, action)),
      );
  };
}
