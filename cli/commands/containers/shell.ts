import { detachKeysHelp } from '../../../client/options/detachKeys.ts';
import { collect } from '../../run/collect.ts';
import { runExec } from '../../run/runExec.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  user?: string;
  env: string[];
  detachKeys?: string;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .argument('[command...]', 'Command and arguments that the shell runs, after --')
    .option('-u, --user <user[:group]>', 'Username or UID (default root)')
    .option('-e, --env <name=value>', 'Set environment variables', collect, [])
    .option('--detach-keys <keys>', detachKeysHelp)
    .action(async (ref: string, args: string[], flags: Flags) => {
      const { stdin, stdout } = session.terminal;
      const tty = stdin.isTTY && stdout.isTTY;
      const options = { ...flags, envFile: [], secretEnv: [], secretEnvFile: [] };
      session.exitCode = await runExec(session, ref, args, {
        ...options,
        login: true,
        interactive: true,
        tty,
      });
    });
}
