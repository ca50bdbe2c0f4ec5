import { pause } from '../../wait/pause.ts';

/** Milliseconds before the first look, between looks, and until no more is waited. */
const [firstMs, betweenMs, longestMs] = [150, 25, 2_000];
/** Part of one CPU that a quiet container uses at most. */
const quietShare = 0.3;

/**
 * Resolves when a container has used little CPU time for a moment: its boot has ended, or it waits. A probe before
 * that would compete with the boot for the CPU, and an init that is asked while it boots reports each of its jobs.
 *
 * @param cpuTime - of the container in milliseconds; undefined if it cannot be read, which ends the wait
 */
export async function untilQuiet(
  cpuTime: () => Promise<number | undefined>,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + longestMs;
  await pause(firstMs, signal);
  let [used, at] = [await cpuTime(), performance.now()];
  while (used !== undefined && at < deadline && !signal.aborted) {
    await pause(betweenMs, signal);
    const [usedNow, now] = [await cpuTime(), performance.now()];
    if (usedNow === undefined || usedNow - used < quietShare * (now - at)) return;
    [used, at] = [usedNow, now];
  }
}
