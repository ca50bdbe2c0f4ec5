import { pause } from './pause.ts';

export interface RetryOptions {
  /** Milliseconds before each other try. */
  pausesMs: readonly number[];
  /** Whether another try may succeed; called before each pause. */
  isWorthIt: (error: unknown) => boolean;
  signal: AbortSignal;
}

/**
 * Repeats work that fails for a transient cause.
 * @throws the last error; once the signal has aborted, the error of the current try
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
      await pause(pauseMs, signal);
    }
  }
  return await work();
}
