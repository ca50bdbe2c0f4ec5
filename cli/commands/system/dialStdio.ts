import { connect } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { ClientError, defaultHost, parseAddress } from '../../../client/index.ts';
import { clientOptions } from '../../connection.ts';
import { CliError } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

const help = `
Connects stdin and stdout to the socket of the daemon, as Docker's command of this name does: -H ssh://HOST runs it there.
A key that may do nothing else has this in front of it, in ~/.ssh/authorized_keys of the host:

    restrict,command="pouch system dial-stdio" ssh-ed25519 …`;

export function define(command: PouchCommand, session: Session): void {
  command.addHelpText('after', help).action(async () => {
    const { stdin, stdout, env } = session.terminal;
    const { host = defaultHost } = clientOptions(session.connection, env);
    const { connect: address } = parseAddress(host);
    if (!('socketPath' in address))
      throw new CliError('PCH_OPTION_INVALID', `expected the address of a socket, found ${host}`);
    const socket = connect({ path: address.socketPath, allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', ({ message }) =>
        reject(new ClientError('PCH_DAEMON_UNREACHABLE', `cannot reach pouchd at ${host}: ${message}`)),
      );
    });
    // The daemon ends a connection; what a client still sends then is for nobody.
    void pipeline(stdin, socket).catch(() => undefined);
    await pipeline(socket, stdout);
    stdin.destroy();
  });
}
