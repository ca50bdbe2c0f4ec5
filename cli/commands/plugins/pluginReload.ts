import { exitCodes } from '../../errors.ts';
import { changeLines } from '../../plugins/changeLines.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command.addHelpText('after', '\nThe exit code is 1 if a plugin cannot be loaded.').action(async () => {
    const { plugins, settings, needRestart } = await session.client.plugins.reload();
    const lines = changeLines(plugins);
    for (const line of lines) session.print(line);
    for (const path of settings) session.print(`setting ${path} has a new value`);
    if (lines.length + settings.length === 0) session.print('nothing has changed');
    for (const { path, why } of needRestart)
      session.warn(`setting ${path} keeps its value until pouchd is restarted: ${why}`);
    const isBroken = plugins.some(({ change }) => change === 'kept' || change === 'quarantined');
    if (isBroken) session.exitCode = exitCodes.failure;
  });
}
