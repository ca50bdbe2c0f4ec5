import { addEndpointOptions, type EndpointFlags, endpointFrom } from '../../context/endpoint.ts';
import { resolveContext } from '../../context/resolve.ts';
import { checkContextName, readContext, writeContext } from '../../context/store.ts';
import { CliError } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command.argument('<context>', 'Name');
  addEndpointOptions(command);
  command.action((name: string, flags: EndpointFlags) => update(session, name, flags));
}

/** An endpoint is replaced as a whole: certificates are those of its host. */
function update(session: Session, name: string, flags: EndpointFlags): void {
  const { env } = session.terminal;
  checkContextName(name);
  const { description, ...before } = readContext(env, name);
  const given = endpointFrom(flags, (other) => resolveContext(env, other));
  if (!given && flags.description === undefined)
    throw new CliError(
      'PCH_OPTION_INVALID',
      'expected what to change, found nothing',
      'use --description or --host',
    );
  const { host, tls, token } = given ?? before;
  writeContext(env, {
    name,
    description: flags.description ?? description,
    host,
    ...(tls && { tls }),
    ...(token !== undefined && { token }),
  });
  session.print(name);
  session.warn(`Successfully updated context "${name}"`);
}
