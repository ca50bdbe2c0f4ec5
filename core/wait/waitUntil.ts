import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks `condition` every `everyMs` until it holds; false when `withinMs` are over or `signal` aborts. The last question
 * comes at the deadline, so a slow machine gets a fair answer.
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
