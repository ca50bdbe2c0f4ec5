import { exitCodes } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { reportError } from '../../reportError.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command.argument('<container...>', 'Names or IDs').action((refs: string[]) => waitForAll(session, refs));
}

/** Prints the exit codes in the order of the arguments. */
async function waitForAll(session: Session, refs: string[]): Promise<void> {
  const waits = await Promise.allSettled(refs.map((ref) => waitFor(session, ref)));
  for (const wait of waits) {
    if (wait.status === 'fulfilled') {
      session.print(String(wait.value));
    } else {
      reportError(wait.reason, session.terminal);
      session.exitCode = exitCodes.failure;
    }
  }
}

async function waitFor(session: Session, ref: string): Promise<number> {
  const outcome = await session.client.containers.wait(ref, 'not-running');
  return (await outcome()).StatusCode;
}
