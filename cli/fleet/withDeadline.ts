import { ClientError } from '../../client/index.ts';

/**
 * Works until a deadline, or until the signal is aborted. The engine has its own: the command imports the client only.
 * @throws ClientError PCH_DEADLINE
 */
export async function withDeadline<T>(
  ms: number,
  signal: AbortSignal | undefined,
  work: (ending: AbortSignal) => Promise<T>,
): Promise<T> {
  const ending = new AbortController();
  const end = () => ending.abort();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    end();
  }, ms);
  signal?.addEventListener('abort', end);
  if (signal?.aborted) end();
  try {
    return await work(ending.signal);
  } catch (error) {
    throw isLate ? new ClientError('PCH_DEADLINE', `the host did not respond within ${ms / 1000} s`) : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}
