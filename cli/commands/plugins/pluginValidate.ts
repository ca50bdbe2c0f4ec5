import { CliError } from '../../errors.ts';
import { checkPlugin } from '../../plugins/checkPlugin.ts';
import { exitCodes } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { reportError } from '../../reportError.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<path...>', 'Files of plugins, or folders as `pouch plugin new` creates them')
    .action(async (paths: string[]) => {
      for (const path of paths) await validate(session, path);
    });
}

async function validate(session: Session, path: string): Promise<void> {
  try {
    const { name, version = '', hooks, problem } = await checkPlugin(session, path);
    if (problem) throw new CliError(problem.code, `plugin ${name}: ${problem.message}`, problem.hint);
    const taps = hooks ? `; hooks: ${hooks.join(', ') || 'none'}` : '';
    session.print(`${[name, version].filter(Boolean).join(' ')} is valid${taps}`);
  } catch (error) {
    reportError(error, session.terminal);
    session.exitCode = exitCodes.failure;
  }
}
