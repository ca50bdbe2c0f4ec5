import { CliError } from '../../errors.ts';
import { loadTar } from '../examine/loadTar.ts';
import { findGuestRoot } from '../guestfs/findGuestRoot.ts';
import { guestExcludes } from '../guestfs/guestExcludes.ts';
import { type GuestImage, Guestfish } from '../guestfs/Guestfish.ts';
import type { Report, RootfsSource, SourceFlags } from './rootfsSource.ts';

/**
 * A disk image that libguestfs reads, in a VM.
 * @param found - what is in the image, for the error without libguestfs
 */
export async function guestfsSource(
  image: GuestImage,
  flags: SourceFlags,
  report: Report,
  found: string,
): Promise<RootfsSource> {
  const guest = await Guestfish.start(image, report).catch((error: unknown) => {
    if (!(error instanceof CliError) || error.code !== 'PCH_TOOL_MISSING') throw error;
    throw new CliError(error.code, `cannot read the disk image: ${found}; ${error.message}`, error.hint);
  });
  try {
    await findGuestRoot(guest, flags);
    const excludes = await guestExcludes(guest, flags.exclude);
    return {
      tar: () => guest.tar(excludes),
      examine: async () => ({ tree: await loadTar(await guest.tar(excludes)) }),
      close: () => guest.close(),
    };
  } catch (error) {
    await guest.close();
    throw error;
  }
}
