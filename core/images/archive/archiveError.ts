import { PouchError, messageOf } from '../../../hooks/errors.ts';

/** Returns the error of a stream that `load` does not accept. */
export function archiveInvalid(why: string, cause?: unknown): PouchError {
  return new PouchError('PCH_ARCHIVE_INVALID', `invalid image archive: ${why}`, {
    hint: 'use a file written by pouch save, docker save or skopeo copy … oci-archive:FILE',
    ...(cause !== undefined && { cause }),
  });
}

/** Converts an error of reading the archive; a PouchError is returned as it is. */
export function readingFailed(error: unknown): unknown {
  return error instanceof PouchError ? error : archiveInvalid(messageOf(error), error);
}
