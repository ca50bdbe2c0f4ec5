import { CliError } from '../../errors.ts';
import { runExec } from '../../run/runExec.ts';
import type { ExecFlags } from '../../run/runExec.ts';
import { collect } from '../../run/runOptions.ts';
import { defaultDetachKeys } from '../../parse/detachKeys.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'name or id')
    .argument('<command...>', 'command and arguments')
    .option('-d, --detach', 'run it in the background')
    .option('-i, --interactive', 'keep stdin open')
    .option('-t, --tty', 'give it a terminal')
    .option('-e, --env <name=value>', 'set a variable', collect, [])
    .option('--env-file <file>', 'read variables from a file, one a line', collect, [])
    .option('-w, --workdir <path>', 'working directory')
    .option('-u, --user <user[:group]>', 'user, as name or number')
    .option('--privileged', 'give it every capability')
    .option('--detach-keys <keys>', `keys that leave it running (${defaultDetachKeys})`)
    .passThroughOptions()
    .action(async (ref: string, args: string[], flags: ExecFlags) => {
      const needsTerminal = flags.tty && flags.interactive && !flags.detach;
      if (needsTerminal && !session.terminal.stdin.isTTY) throw noTerminal();
      session.exitCode = await runExec(session, ref, args, flags);
    });
}

function noTerminal(): CliError {
  return new CliError('PCH_OPTION_INVALID', '-t: stdin is no terminal', 'leave -t out when input is piped');
}
