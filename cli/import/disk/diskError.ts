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
  'have libguestfs read it in a VM of its own: virt-tar-out -a FILE / - | pouch import - NAME (apt-get install guestfs-tools)';

/** Converts errors of a damaged image, which leads out of itself, to a coded one. */
export function readingDisk(error: unknown): unknown {
  return error instanceof RangeError ? diskInvalid(error.message) : error;
}
