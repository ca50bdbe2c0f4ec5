import { hasCode, messageOf } from '../../../hooks/errors.ts';

/** Resolves to the value of the promise, or to undefined if containerd has no such object. */
export async function ifFound<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (hasCode(error, 'PCH_CONTAINERD_NOT_FOUND')) return undefined;
    throw error;
  }
}

/**
 * Whether a signal failed because its process has ended. runc's shim reports that with a code, the agent of a VM only
 * with the text of kill(2).
 */
export function isProcessGone(error: unknown): boolean {
  if (hasCode(error, 'PCH_CONTAINERD_NOT_FOUND', 'PCH_CONTAINERD_PRECONDITION')) return true;
  const isOther = hasCode(error, 'PCH_CONTAINERD_FAILED');
  return isOther && /\bESRCH\b|no such process|process already finished/i.test(messageOf(error));
}

/** For `catch` after a signal: ignores that the process has ended by itself meanwhile. @throws every other error */
export function ignoreGone(error: unknown): void {
  if (!isProcessGone(error)) throw error;
}
