import { PouchError } from '../../../hooks/errors.ts';

/**
 * The outcome of `run`, or the deadline's error if that comes first; a later outcome is dropped.
 * @throws PCH_DEADLINE
 */
export async function within<T>(timeoutMs: number, what: string, run: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late(timeoutMs, what)), timeoutMs);
  });
  try {
    return await Promise.race([run(), deadline]);
  } finally {
    clearTimeout(timer);
  }
}

function late(timeoutMs: number, what: string): PouchError {
  return new PouchError('PCH_DEADLINE', `${what} did not end within ${timeoutMs} ms`, {
    hint: 'do slow work in the background, and wait for nothing that may never come',
  });
}
