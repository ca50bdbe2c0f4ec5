import { text } from 'node:stream/consumers';
import { askLine } from '../../registry/askLine.ts';
import { storeAuth, storedAuth } from '../../registry/credentials.ts';
import { configPath } from '../../registry/dockerConfig.ts';
import { hostOf } from '../../registry/registryOf.ts';
import { CliError, conflictingOptions, invalidOption } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  username?: string;
  password?: string;
  passwordStdin?: boolean;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('[server]', 'Registry: HOST[:PORT]; Docker Hub without one')
    .option('-u, --username <name>', 'Username')
    .option('-p, --password <password>', 'Password; other users of the host may see it: use --password-stdin')
    .option('--password-stdin', 'Take the password from stdin')
    .action((server: string | undefined, flags: Flags) => login(session, hostOf(server ?? ''), flags));
}

async function login(session: Session, registry: string, flags: Flags): Promise<void> {
  const { env } = session.terminal;
  const given = (await withoutPrompt(session, registry, flags)) ?? (await prompted(session, registry, flags));
  const { Status, IdentityToken } = await session.client.images.login({ ...given, serveraddress: registry });
  const { username = '', password = '' } = given;
  if (username !== '') {
    const inFile = await storeAuth(registry, { username, password, identityToken: IdentityToken }, env);
    if (inFile && IdentityToken === '')
      session.warn(
        `warning: the password is stored unencrypted in ${configPath(env)}; a credential helper (credsStore) avoids that`,
      );
  }
  session.print(Status);
}

interface Given {
  username?: string;
  password?: string;
  identitytoken?: string;
}

/** Returns the credentials of the options, or those that are stored. */
async function withoutPrompt(
  { terminal }: Session,
  registry: string,
  { username, password, passwordStdin = false }: Flags,
): Promise<Given | undefined> {
  if (passwordStdin) {
    if (password !== undefined)
      throw conflictingOptions('--password and --password-stdin exclude each other');
    if (!username) throw invalidOption('--username', 'a name beside --password-stdin', '');
    return { username, password: (await text(terminal.stdin)).replace(/\r?\n$/, '') };
  }
  if (username && password) return { username, password };
  if (username !== undefined || password !== undefined) return undefined;
  return await storedAuth(registry, terminal.env);
}

async function prompted(session: Session, registry: string, flags: Flags): Promise<Given> {
  if (!session.terminal.stdin.isTTY)
    throw new CliError(
      'PCH_OPTION_INVALID',
      `cannot ask for the credentials of ${registry}: stdin is not a terminal`,
      'use --username and --password-stdin',
    );
  const username = flags.username || (await askLine(session, `Username for ${registry}: `));
  const password = flags.password || (await askLine(session, 'Password: ', { isSecret: true }));
  if (username === '' || password === '')
    throw new CliError('PCH_OPTION_INVALID', 'expected a username and a password, found an empty one');
  return { username, password };
}
