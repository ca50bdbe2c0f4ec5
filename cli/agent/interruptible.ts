import type { Session } from '../Session.ts';

/** As of a program that SIGINT has ended. */
const interrupted = 130;

/**
 * Does work that Ctrl-C leaves to pouchd: the signal aborts, and the exit code is 130. Another Ctrl-C ends the command
 * as usual.
 */
export async function interruptible(
  session: Session,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.once('SIGINT', interrupt);
  try {
    await work(interruption.signal);
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    session.warn('interrupted here: pouchd completes what it has begun, and `pouch status` shows it');
  } finally {
    process.off('SIGINT', interrupt);
  }
  if (interruption.signal.aborted) session.exitCode = interrupted;
}
