import { setTimeout as delay } from 'node:timers/promises';
import { PouchError } from '../../../hooks/errors.ts';
import { HttpStatusError, isTransient } from './registryError.ts';

/** Repeats a request after transient failures, at most `retries` times. */
export async function withRetries<T>(
  retries: number,
  signal: AbortSignal | undefined,
  ask: () => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt >= retries || !isTransient(error)) throw error;
      await backOff(attempt, error, signal);
    }
  }
}

/** Waits before the next attempt: as long as the registry requests, or 0.2 s, 0.4 s, … up to 5 s. */
export async function backOff(
  attempt: number,
  error: unknown,
  signal: AbortSignal | undefined,
): Promise<void> {
  const cause = error instanceof PouchError ? error.cause : undefined;
  const requestedMs = cause instanceof HttpStatusError ? cause.retryAfterMs : undefined;
  await delay(requestedMs ?? Math.min(200 * 2 ** attempt, 5000), undefined, { ...(signal && { signal }) });
}
