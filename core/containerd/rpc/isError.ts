import { type ErrorCode, PouchError } from '../../../hooks/errors.ts';

/** Whether `error` is a PouchError of one of the codes. */
export function isContainerdError(error: unknown, ...codes: ErrorCode[]): error is PouchError {
  return error instanceof PouchError && codes.includes(error.code);
}

/** The promise's value, or undefined when containerd knows no such object. */
export async function ifFound<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (isContainerdError(error, 'PCH_CONTAINERD_NOT_FOUND')) return undefined;
    throw error;
  }
}
