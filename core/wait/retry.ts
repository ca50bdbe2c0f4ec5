import { setTimeout as delay } from 'node:timers/promises';

export interface RetryOptions {
  /** Milliseconds before each further try. */
  pausesMs: readonly number[];
  /** Whether a further try may help; called before each pause. */
  isWorthIt: (error: unknown) => boolean;
  signal: AbortSignal;
}

/**
 * Repeats work that fails for a cause which passes by itself.
 * @throws the last error; once the signal has aborted, the one of the try that was under way
 */
export async function retry<T>(
  work: () => Promise<T>,
  { pausesMs, isWorthIt, signal }: RetryOptions,
): Promise<T> {
  for (const pauseMs of pausesMs) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !isWorthIt(error)) throw error;
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
  return await work();
}
