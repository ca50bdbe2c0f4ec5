import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Runs work outside of the operation that asks for it: that one keeps the plugins and profiles with which it has begun,
 * and the work needs those that its own reload has loaded.
 */
const outside = AsyncLocalStorage.snapshot();

const turns = new Map<string, Promise<unknown>>();

/**
 * Converges of a host follow one another, also those of a plugin that a reload has loaded again.
 * @param root of pouchd
 */
export async function inTurn<T>(root: string, work: () => Promise<T>): Promise<T> {
  const turn = lastTurn(root).then(() => outside(work));
  const ended = turn.then(
    () => undefined,
    () => undefined,
  );
  turns.set(root, ended);
  return await turn;
}

/** Resolves once no converge is under way that has been asked for until now. */
export function lastTurn(root: string): Promise<unknown> {
  return turns.get(root) ?? Promise.resolve();
}
