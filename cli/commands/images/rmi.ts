import { exitCodes } from '../../errors.ts';
import { deletionLines } from '../../images/deletionLines.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { reportError } from '../../reportError.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<image...>', 'references or ids')
    .option('-f, --force', 'also if a stopped container uses it')
    .action(async (refs: string[], { force }: { force?: boolean }) => {
      // One after another: names of one image depend on each other.
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
