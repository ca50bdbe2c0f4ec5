import { setImmediate as nextTurn } from 'node:timers/promises';

/** Enough that waits overlap, and so few that the event loop is not held for more than some milliseconds. */
const standardSize = 16;

/**
 * Works on items, some of them side by side, and lets the process do its other work in between. Work that waits for
 * nothing would hold it until the last item otherwise. Results have the order of the items.
 * @throws the first error of a batch; later batches do not begin
 */
export async function inBatches<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  size = standardSize,
): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += size) {
    if (at > 0) await nextTurn();
    results.push(...(await Promise.all(items.slice(at, at + size).map(work))));
  }
  return results;
}
