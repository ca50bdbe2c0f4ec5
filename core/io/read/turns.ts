import { setImmediate as nextRound } from 'node:timers/promises';

/** The last one that was given. */
let last: Promise<void> = Promise.resolve();

/**
 * Resolves once it is the turn of the caller to read a block of a log. A round of the event loop has one turn: hundreds
 * of readers would else decode their blocks one after another, and requests would wait for all of them.
 */
export function readTurn(): Promise<void> {
  return (last = last.then(() => nextRound()));
}
