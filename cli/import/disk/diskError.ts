import { CliError } from '../../errors.ts';

/** Returns the error of a disk image that cannot be read. */
export function diskInvalid(why: string, hint = 'check the image with fsck on a copy'): CliError {
  return new CliError('PCH_IMPORT_INVALID', `cannot read the disk image: ${why}`, hint);
}

/** Returns the error of a disk image of a kind that is not read. */
export function diskUnsupported(why: string, hint = viaTar): CliError {
  return new CliError('PCH_NOT_SUPPORTED', `cannot read the disk image: ${why}`, hint);
}

const viaTar =
  'import a tar of it: tar -C DIRECTORY --one-file-system -c . | pouch import - NAME, where it is mounted';

/** Converts errors of a damaged image, which leads out of itself, to a coded one. */
export function readingDisk(error: unknown): unknown {
  return error instanceof RangeError ? diskInvalid(error.message) : error;
}
