import { exitCodes, invalidOption } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { reportError } from '../../reportError.ts';
import type { Session } from '../../Session.ts';

const conditions = ['not-running', 'ready', 'healthy'] as const;
type Condition = (typeof conditions)[number];

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container...>', 'Names or IDs')
    .option('--condition <condition>', `What to wait for: ${conditions.join(', ')}`, 'not-running')
    .action((refs: string[], { condition }: { condition: string }) =>
      waitForAll(session, refs, checked(condition)),
    );
}

function checked(condition: string): Condition {
  const known = conditions.find((name) => name === condition);
  if (known) return known;
  throw invalidOption('--condition', conditions.join(', '), condition);
}

/** Prints the exit codes in the order of the arguments. */
async function waitForAll(session: Session, refs: string[], condition: Condition): Promise<void> {
  const waits = await Promise.allSettled(refs.map((ref) => waitFor(session, ref, condition)));
  for (const wait of waits) {
    if (wait.status === 'fulfilled') {
      session.print(String(wait.value));
    } else {
      reportError(wait.reason, session.terminal);
      session.exitCode = exitCodes.failure;
    }
  }
}

async function waitFor(session: Session, ref: string, condition: Condition): Promise<number> {
  const outcome = await session.client.containers.wait(ref, condition);
  return (await outcome()).StatusCode;
}
