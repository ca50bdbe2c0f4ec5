import { stdinNotTerminal } from '../../errors.ts';
import { runExec } from '../../run/runExec.ts';
import type { ExecFlags } from '../../run/runExec.ts';
import { collect } from '../../run/collect.ts';
import { detachKeysHelp } from '../../../client/options/detachKeys.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .argument('<command...>', 'Command and arguments')
    .option('-d, --detach', 'Detached mode: run command in the background')
    .option('-i, --interactive', 'Keep STDIN open even if not attached')
    .option('-t, --tty', 'Allocate a pseudo-TTY')
    .option('-e, --env <name=value>', 'Set environment variables', collect, [])
    .option('--env-file <file>', 'Read in a file of environment variables', collect, [])
    .option(
      '--secret-env <name=value>',
      'As --env, and masked in explain, logs, errors and events; a bare NAME keeps the value off the command line',
      collect,
      [],
    )
    .option('--secret-env-file <file>', 'As --env-file, and masked as by --secret-env', collect, [])
    .option('-w, --workdir <path>', 'Working directory inside the container')
    .option('-u, --user <user[:group]>', 'Username or UID')
    .option('--privileged', 'Give extended privileges to the command')
    .option('--detach-keys <keys>', detachKeysHelp)
    .passThroughOptions()
    .action(async (ref: string, args: string[], flags: ExecFlags) => {
      const needsTerminal = flags.tty && flags.interactive && !flags.detach;
      if (needsTerminal && !session.terminal.stdin.isTTY) throw stdinNotTerminal();
      session.exitCode = await runExec(session, ref, args, flags);
    });
}
