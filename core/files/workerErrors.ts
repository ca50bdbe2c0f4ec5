/** What the errors of workers mean for their callers. */
import { type ErrorCode, errorKinds, hasCode, hasNoFilesLeft, PouchError } from '../../hooks/errors.ts';
import { field } from '../../hooks/fields.ts';
import type { FileReply } from './protocol.ts';
import type { Subject } from './WorkerPool.ts';

/** Whether its worker was killed. */
export function isBroken(error: unknown): boolean {
  return hasCode(error, 'PCH_FILE_WORKER') && !hasNoFilesLeft(error);
}

/** Returns the error if it is PCH_FILE_TIMEOUT. @throws any other error */
export function asTimeout(error: unknown): PouchError {
  if (hasCode(error, 'PCH_FILE_TIMEOUT')) return error;
  throw error;
}

/** @throws the error, with a hint if it is PCH_USERNS_UNMAPPABLE */
export function addHint(error: unknown): never {
  if (!hasCode(error, 'PCH_USERNS_UNMAPPABLE')) throw error;
  throw new PouchError(error.code, error.message, {
    hint: `it needs Linux 5.19 and a file system such as ext4, xfs or btrfs (mount_setattr(2)); or use ${field('usernsMode')} host`,
  });
}

/**
 * Returns the result of a reply.
 * @throws PouchError for a code of Pouch, else an Error with the errno's name as its code
 */
export function resultOf<T>(reply: FileReply, { what }: Subject): T {
  if (!('error' in reply)) return reply.result as T;
  const { code = '', message } = reply.error;
  if (Object.hasOwn(errorKinds, code)) throw new PouchError(code as ErrorCode, `${what}: ${message}`);
  throw Object.assign(new Error(`${what}: ${message}`), { code });
}
