import { exitCodes } from '../../errors.ts';
import { deletionLines } from '../../images/deletionLines.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { reportError } from '../../reportError.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<image...>', 'References or IDs')
    .option('-f, --force', 'Force removal of the image')
    .action(async (refs: string[], { force }: { force?: boolean }) => {
      // Sequential: removing one name of an image changes what removing another one does.
      for (const ref of refs) await remove(session, ref, force === true);
    });
}

async function remove(session: Session, ref: string, force: boolean): Promise<void> {
  try {
    const entries = await session.client.images.remove(ref, { force });
    for (const line of deletionLines(entries)) session.print(line);
  } catch (error) {
    reportError(error, session.terminal);
    session.exitCode = exitCodes.failure;
  }
}
