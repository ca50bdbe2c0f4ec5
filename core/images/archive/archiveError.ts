import { PouchError, messageOf } from '../../../hooks/errors.ts';

/** The error of a stream that is not what `load` takes. */
export function archiveInvalid(why: string, cause?: unknown): PouchError {
  return new PouchError('PCH_ARCHIVE_INVALID', `this is not an image archive: ${why}`, {
    hint: 'Give a file that pouch save, docker save or skopeo copy … oci-archive:FILE has made.',
    ...(cause !== undefined && { cause }),
  });
}

/** A failure to read the archive, if it is not known better. */
export function readingFailed(error: unknown): unknown {
  return error instanceof PouchError ? error : archiveInvalid(messageOf(error), error);
}
