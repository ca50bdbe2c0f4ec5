import { PouchError } from '../../../hooks/errors.ts';
import { withDeadline } from '../../wait/deadline.ts';

/**
 * The outcome of `run`, or the deadline's error if that comes first; a later outcome is dropped.
 * @throws PCH_DEADLINE
 */
export async function within<T>(timeoutMs: number, what: string, run: () => Promise<T>): Promise<T> {
  return await withDeadline({ ms: timeoutMs, late: () => late(timeoutMs, what) }, run);
}

function late(timeoutMs: number, what: string): PouchError {
  return new PouchError('PCH_DEADLINE', `${what} did not end within ${timeoutMs} ms`, {
    hint: 'do slow work in the background, and wait for nothing that may never come',
  });
}
