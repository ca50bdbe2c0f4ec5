import { type ErrorCode, messageOf, PouchError } from '../../../hooks/errors.ts';

/** Whether `error` is a PouchError of one of the codes. */
export function isContainerdError(error: unknown, ...codes: ErrorCode[]): error is PouchError {
  return error instanceof PouchError && codes.includes(error.code);
}

/** Resolves to the value of the promise, or to undefined if containerd has no such object. */
export async function ifFound<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (isContainerdError(error, 'PCH_CONTAINERD_NOT_FOUND')) return undefined;
    throw error;
  }
}

/**
 * Whether a signal failed because its process has ended. runc's shim reports that with a code, the agent of a VM only
 * with the text of kill(2).
 */
export function isProcessGone(error: unknown): boolean {
  if (isContainerdError(error, 'PCH_CONTAINERD_NOT_FOUND', 'PCH_CONTAINERD_PRECONDITION')) return true;
  const isOther = isContainerdError(error, 'PCH_CONTAINERD_FAILED');
  return isOther && /\bESRCH\b|no such process|process already finished/i.test(messageOf(error));
}
