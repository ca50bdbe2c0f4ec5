import { setTimeout as delay } from 'node:timers/promises';

/**
 * Checks `condition` every `everyMs` until it is true. Resolves to false after `withinMs`, or when `signal` aborts.
 * Checks a last time at the deadline, for slow hosts.
 */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  { withinMs, everyMs = 20, signal }: { withinMs: number; everyMs?: number; signal?: AbortSignal },
): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const isLast = performance.now() >= deadline;
    if (await condition()) return true;
    if (isLast || signal?.aborted) return false;
    await delay(everyMs);
  }
}
