import { chooseContext } from '../../context/current.ts';
import { resolveContext } from '../../context/resolve.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

/** Variables that take precedence, in their order. */
const overriding = ['POUCH_HOST', 'POUCH_CONTEXT', 'DOCKER_CONTEXT'];

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<context>', 'Name; `default` is what options and variables say')
    .action((name: string) => {
      const { env } = session.terminal;
      resolveContext(env, name);
      chooseContext(env, name);
      session.print(name);
      session.warn(`Current context is now "${name}"`);
      const variable = overriding.find((one) => env[one]);
      if (variable !== undefined)
        session.warn(`warning: the variable ${variable} takes precedence over the context: unset it`);
    });
}
