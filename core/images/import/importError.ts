import { PouchError } from '../../../hooks/errors.ts';

/** Returns the error of a tar that is not a root file system. */
export function importInvalid(why: string, cause?: unknown): PouchError {
  return new PouchError('PCH_IMPORT_INVALID', `invalid root file system: ${why}`, {
    hint: 'use a tar of a root directory, such as one written by tar -C ROOT -cf FILE . or docker export',
    ...(cause !== undefined && { cause }),
  });
}

/** Returns the error of a tar that exceeds a limit. */
export function importTooLarge(why: string): PouchError {
  return new PouchError('PCH_IMPORT_TOO_LARGE', `the root file system is too large: ${why}`, {
    hint: 'leave out data that is not part of the system, and mount it as a volume',
  });
}

/** Converts an error of reading the tar or unpacking it; one that has a code of its own is returned as it is. */
export function importFailed(error: unknown): unknown {
  if (!(error instanceof PouchError)) return importInvalid((error as Error).message, error);
  const isContent = ['PCH_CONTAINERD_FAILED', 'PCH_CONTAINERD_NOT_FOUND', 'PCH_CONTAINERD_INVALID'];
  return isContent.includes(error.code) ? importInvalid(ofUnpacking(error.message), error) : error;
}

/** Leaves out the directory where containerd has mounted the image. */
function ofUnpacking(message: string): string {
  const shown = message.replace(/^.*?containerd-mount\d+: /s, '').replace(/\S*\/containerd-mount\d+\//g, '');
  return `it cannot be unpacked: ${shown}`;
}
