import { reportError } from '../reportError.ts';
import { exitCodes } from '../errors.ts';
import type { Session } from '../Session.ts';

/** Number of concurrent calls. */
const concurrency = 16;

/**
 * Runs a call for each object: prints the name of each that succeeds, reports each failure and continues with the
 * rest. The exit code is 1 if any failed.
 */
export async function forEachRef(
  session: Session,
  refs: string[],
  act: (ref: string) => Promise<unknown>,
): Promise<void> {
  const queue = [...refs];
  const worker = async () => {
    for (let ref = queue.shift(); ref !== undefined; ref = queue.shift()) await actOn(session, ref, act);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, refs.length) }, worker));
}

async function actOn(session: Session, ref: string, act: (ref: string) => Promise<unknown>): Promise<void> {
  try {
    await act(ref);
    session.print(ref);
  } catch (error) {
    reportError(error, session.terminal);
    session.exitCode = exitCodes.failure;
  }
}
