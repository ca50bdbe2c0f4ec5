import { hasCode, PouchError } from '../../../hooks/errors.ts';

/** Converts containerd's errors of storing or unpacking content by their text. */
export function storageError(error: unknown, what: string): unknown {
  if (!(error instanceof PouchError) || !error.code.startsWith('PCH_CONTAINERD_')) return error;
  if (/no space left on device|disk quota exceeded/i.test(error.message)) return diskFull(error, what);
  if (/unexpected commit (?:digest|size)/i.test(error.message)) return mismatch(error, what);
  return error;
}

export function isMismatch(error: unknown): boolean {
  return hasCode(error, 'PCH_DIGEST_MISMATCH');
}

export function isDiskFull(error: unknown): boolean {
  return hasCode(error, 'PCH_DISK_FULL');
}

function diskFull(cause: PouchError, what: string): PouchError {
  return new PouchError('PCH_DISK_FULL', `no space left on device to store ${what}`, {
    hint: 'free space (pouch image prune, pouch rm), or move root to a larger disk, then try again',
    cause,
  });
}

function mismatch(cause: PouchError, what: string): PouchError {
  return new PouchError('PCH_DIGEST_MISMATCH', `${what} does not match its digest: ${tail(cause.message)}`, {
    hint: 'the source is damaged, or the content was changed in transit, and was not kept; try again, then ask its operator',
    cause,
  });
}

function tail(message: string): string {
  return message.slice(message.search(/unexpected commit/i));
}
