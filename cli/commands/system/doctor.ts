import { exitCodes } from '../../errors.ts';
import { paletteFor } from '../../output/colour.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { findRuntimes } from '../../runtimes/findRuntimes.ts';
import { doctorLines } from '../../runtimes/doctorLines.ts';
import { checkLines } from '../../plugins/checkLines.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command.argument('[runtime...]', 'Names or aliases (default all)').action(async (names: string[]) => {
    const runtimes = await findRuntimes(session, names);
    const paint = paletteFor(session.terminal.stdout, session.terminal.env);
    for (const line of doctorLines(runtimes, paint)) session.print(line);
    if (names.length === 0) {
      for (const warning of (await session.client.system.info()).Warnings ?? []) session.print(warning);
      const reports = await session.client.extensions.doctor();
      for (const line of checkLines(reports, paint)) session.print(line);
      if (reports.some(({ ok }) => !ok)) session.exitCode = exitCodes.failure;
    }
    // Without arguments an unusable runtime is not a failure: the host may not need it.
    if (names.length > 0 && runtimes.some(({ usable }) => !usable)) session.exitCode = exitCodes.failure;
  });
}
