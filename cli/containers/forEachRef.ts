import { reportError } from '../reportError.ts';
import { exitCodes } from '../errors.ts';
import type { Session } from '../Session.ts';

/** How many calls run at a time. */
const concurrency = 16;

/**
 * Does one thing to many objects: prints each name when it is done, reports each failure and goes on with the rest. The
 * exit code tells if one failed.
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
