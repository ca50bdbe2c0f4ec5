import type { Session } from '../Session.ts';
import { signalPasser } from '../streams/passSignal.ts';
import type { Interruption } from '../streams/proxySignals.ts';

/** Milliseconds for the daemon to undo a start, or to complete one that it cannot undo any more. */
const undoWithinMs = 5000;

/**
 * Ends a start that was interrupted, after its connections are closed: the daemon undoes what it has done, unless
 * nothing was left to do. Then the container runs, and gets the signal.
 * @param id of the container; undefined if none was created
 * @returns the exit code of the command
 */
export async function giveUp(
  { client }: Session,
  id: string | undefined,
  { signal, exitCode }: Interruption,
): Promise<number> {
  if (id === undefined) return exitCode;
  // A container that does not run, or was removed, needs no signal.
  const signalled = signalPasser(client)(id, signal).catch(() => undefined);
  await Promise.race([signalled, new Promise((resolve) => setTimeout(resolve, undoWithinMs).unref())]);
  return exitCode;
}
