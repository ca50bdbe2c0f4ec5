import { addEndpointOptions, type EndpointFlags, endpointFrom } from '../../context/endpoint.ts';
import { resolveContext } from '../../context/resolve.ts';
import { checkIsNew, writeContext } from '../../context/store.ts';
import { CliError, conflictingOptions } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags extends EndpointFlags {
  from?: string;
}

export function define(command: PouchCommand, session: Session): void {
  command.argument('<name>', 'Name of the new context').option('--from <context>', 'Copy another context');
  addEndpointOptions(command);
  command.action((name: string, flags: Flags) => create(session, name, flags));
}

function create(session: Session, name: string, flags: Flags): void {
  const { env } = session.terminal;
  checkIsNew(env, name);
  const given = endpointFrom(flags, (other) => resolveContext(env, other));
  if (given && flags.from !== undefined)
    throw conflictingOptions('--from and the options of an endpoint exclude each other');
  const source = flags.from === undefined ? undefined : resolveContext(env, flags.from);
  const endpoint = given ?? source;
  if (!endpoint)
    throw new CliError(
      'PCH_OPTION_INVALID',
      'expected the address of a daemon, found none',
      'use --host, --docker host=ADDRESS, or --from CONTEXT',
    );
  const { host, tls, token } = endpoint;
  writeContext(env, {
    name,
    description: flags.description ?? source?.description ?? '',
    host,
    ...(tls && { tls }),
    ...(token !== undefined && { token }),
  });
  session.print(name);
  session.warn(`Successfully created context "${name}"`);
}
